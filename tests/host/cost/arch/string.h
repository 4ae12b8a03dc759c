/* string.h - moves and fills as the kernel makes them: nothing here watches single bytes. */
#include "../../../../kernel/include/arch/string.h"
