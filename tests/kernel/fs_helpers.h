/* fs_helpers.h - short ways to files for the suites of the file layer. */
#ifndef TESTS_FS_HELPERS_H
#define TESTS_FS_HELPERS_H

#include "fs/vfs/internal.h"
#include "kernel/ktap.h"
#include "kernel/ramdisk.h"

/* Mounts a fresh test disk as the root of all paths. False (with a failure) when it cannot. */
bool test_fs_begin(void);
/* Unmounts, checks what is on the disk, frees it, puts the old root back. */
void test_fs_end(void);
/* Unmounts, checks and mounts again: what follows comes from the disk. */
void test_fs_remount(void);
extern struct ramdisk *test_disk;
extern struct fs_super *test_sb;

/* `len` bytes that depend on `seed` and their place, written at pos: bytes, or errno. */
ssize_t test_write(struct file *file, loff_t pos, size_t len, u32 seed);
/* Are they there? Any len; reads through the page cache. */
bool test_verify(struct file *file, loff_t pos, size_t len, u32 seed);
/* Are there zeroes? */
bool test_verify_zero(struct file *file, loff_t pos, size_t len);
/* A file of that size made and closed: 0 or errno. */
int test_make_file(const char *path, size_t len, u32 seed);
/* Opens, verifies size and contents, closes. */
bool test_check_file(const char *path, size_t len, u32 seed);
/* What is at the path: its nlink, or a negative errno. */
int test_links(const char *path);

#endif
