/* string.h - memory and strings, with the C library's meaning. kernel/lib/string.c. */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include "kernel/types.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *haystack, const char *needle);
/* Copies at most size - 1 bytes and terminates; returns strlen(src). size > 0. */
size_t strlcpy(char *dst, const char *src, size_t size);
/*
 * Parses an unsigned number (base 0: C prefixes) with an optional K, M or G
 * suffix; *end points behind it. Saturates at the largest value.
 */
unsigned long memparse(const char *s, const char **end);
/* Whole string is one number? Returns 0 and stores it, or -EINVAL / -ERANGE. */
int kstrtoul(const char *s, unsigned int base, unsigned long *value);

#endif
