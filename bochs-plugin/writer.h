/* writer.h - the threads that write the files of a recording; for sink.c alone. */
#ifndef TLBTRACE_WRITER_H
#define TLBTRACE_WRITER_H

#include "sink.h"

/* writer_join - has the queue worked off and the threads ended. */
void writer_join(struct sink_set *s);

/* writer_free - gives the writers' memory back; after writer_join. */
void writer_free(struct sink_set *s);

#endif
