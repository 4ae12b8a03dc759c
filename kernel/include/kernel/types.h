/* types.h - fixed-width and address types. */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* A physical address. Never mix with virtual ones: __pa() and __va() convert. */
typedef u32 phys_addr_t;
/* A page frame number. */
typedef unsigned long pfn_t;
/* A sector (512 bytes) of a block device. */
typedef u32 sector_t;

typedef int pid_t;
typedef s64 loff_t;
typedef s32 ssize_t;

#endif
