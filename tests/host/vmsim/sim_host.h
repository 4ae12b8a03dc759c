/* sim_host.h - memory of this process at an address of our choice. */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include <stdbool.h>

bool sim_map_fixed(unsigned long addr, unsigned long len);

#endif
