/*
 * fake_file.h - one file on a disk that is an array, for tests of the page cache.
 *
 * Transfers take time (they yield, twice), and fail when the test says so.
 */
#ifndef HOST_FAKE_FILE_H
#define HOST_FAKE_FILE_H

#include "mm/filemap.h"

#define FAKE_FILE_PAGES 40u

extern u8 fake_disk[FAKE_FILE_PAGES][PAGE_SIZE];
extern struct address_space fake_mapping;
extern struct mapped_file fake_file;
/* Asked at each transfer; NULL: none fails. */
extern bool (*fake_io_fails)(void);
/* Pages read from the disk. */
extern unsigned long fake_reads;
/* How often several were asked for at once. */
extern unsigned long fake_read_calls;

/* An empty cache over a disk of zeroes, a file of `size` bytes. */
void fake_file_reset(loff_t size);
/* Its file system can move several pages at once, or (after a reset) one. */
void fake_file_many(bool many);

#endif
