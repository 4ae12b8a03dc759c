/*
 * reader.h - a string of references, from a file of text.
 *
 *   0x08048000 w @123456    the page was used at that time; w: written. Or no w, no time
 *   -0x08048000             it is gone: what comes at this address later is another page
 *   -                       all are gone (a flush of a TLB)
 *   # reduced k=512         a comment; this one is how `curves reduce` begins what it writes
 *   # references=90 kept=9  and ends it
 *
 * Numbers are decimal, or hexadecimal with 0x. Without times, a reference is one unit of time. What
 * is none of these lines ends the program with 2 and a message that names the line.
 */
#ifndef REFS_READER_H
#define REFS_READER_H

#include "kernel/types.h"

enum refs_kind {
	REFS_END,
	REFS_USE,
	REFS_GONE,
	REFS_FLUSH
};

struct refs_line {
	enum refs_kind kind;
	bool write;
	u32 page; /* in order of appearance, from 0 */
	u64 time; /* never less than that of the line before */
};

struct reader;

/* From standard input; `tool` is named in messages. */
struct reader *reader_new(const char *tool);
void reader_free(struct reader *reader);
struct refs_line reader_next(struct reader *reader);
/* The number that a page has in the text, and how many pages there have been. */
u64 reader_name(const struct reader *reader, u32 page);
u32 reader_pages(const struct reader *reader);
/* Of a reduced string: exact from so many frames on, else 0; and how many references it is short
 * of those that there were, known when it has been read. */
u32 reader_exact_from(const struct reader *reader);
u64 reader_left_out(const struct reader *reader);
/* Did a use have a time? */
bool reader_timed(const struct reader *reader);
/* Ends the program with a message that names the line. */
void reader_fail(const struct reader *reader, const char *what) __attribute__((noreturn));

#endif
