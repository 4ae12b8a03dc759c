/* stream.h - what each question needs of tlb.csv. */
#ifndef THIN_STREAM_H
#define THIN_STREAM_H

#include "plan.h"
#include "row.h"

struct stream {
	const char *name;   /* of its file, NAME.csv, and of its list in the plan */
	const char *header; /* of its file; NULL: that of tlb.csv */
	void (*print)(FILE *file, const struct row *row); /* NULL: rows as in tlb.csv */
	/* What to do with a row. `line` is its text. It may change the row. */
	void (*take)(struct stream *stream, struct row *row, const char *line, size_t len);
	void (*cut)(struct stream *stream); /* before the first row from a time of its list on; may
					       be NULL */
	void (*end)(struct stream *stream); /* may be NULL */
	const char *dir;		    /* of its file */
	FILE *file;
	struct table *table;
	const struct plan_list *times;
	size_t next; /* of times */
};

extern struct stream streams[];
extern const unsigned int nr_streams;

void dropped_take(struct stream *stream, struct row *row, const char *line, size_t len);
void own_take(struct stream *stream, struct row *row, const char *line, size_t len);
void own_cut(struct stream *stream);
void reach_take(struct stream *stream, struct row *row, const char *line, size_t len);
void pairs_take(struct stream *stream, struct row *row, const char *line, size_t len);
void pairs_cut(struct stream *stream);
void pairs_end(struct stream *stream);
void pairs_print(FILE *file, const struct row *row);
#define STRIDES_HEADER                                                                          \
	"icount,rows,process,page,before,stride,same_page,next_page,same_stride,same_follower," \
	"none"
#define WINDOWS_HEADER "icount,rows,pid,block"

void strides_take(struct stream *stream, struct row *row, const char *line, size_t len);
void strides_print(FILE *file, const struct row *row);
void windows_take(struct stream *stream, struct row *row, const char *line, size_t len);
void windows_cut(struct stream *stream);
void windows_print(FILE *file, const struct row *row);

/* Writes what its table has. */
void stream_write(struct stream *stream);

#endif
