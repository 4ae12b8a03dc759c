/* swap_header.h - the first page of a swap area, as mkswap writes it. */
#ifndef MM_SWAP_SWAP_HEADER_H
#define MM_SWAP_SWAP_HEADER_H

#include "arch/page.h"
#include "kernel/compiler.h"
#include "kernel/types.h"

#define SWAP_MAGIC	   "SWAPSPACE2"
#define SWAP_MAGIC_LEN	   10
#define SWAP_MAGIC_AT	   (PAGE_SIZE - SWAP_MAGIC_LEN)
#define SWAP_BADPAGES_AT   1536
#define SWAP_BADPAGES_MOST ((SWAP_MAGIC_AT - SWAP_BADPAGES_AT) / sizeof(u32))

struct swap_header {
	u8 bootbits[1024]; /* left to a boot loader */
	u32 version;	   /* 1 */
	u32 last_page;	   /* of the area, this one being 0 */
	u32 nr_badpages;
	u8 uuid[16];
	u8 volume_name[16];
	u32 padding[117];
	u32 badpages[]; /* SWAP_BADPAGES_MOST at most; the magic at the end of the page */
};

/*
 * Does the page begin a swap area of at most `pages` pages? 0, or -EINVAL and the reason in *why.
 * The bad pages that it lists are within the area. Any context.
 */
int __must_check swap_header_check(const struct swap_header *header, unsigned long pages,
				   const char **why);

#endif
