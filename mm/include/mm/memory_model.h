/*
 * memory_model.h - from frame number to struct page and back.
 *
 * Three models, one interface; the makefile chooses (MEMMODEL=) by putting one
 * of the directories mm/include/{flat,discontig,sparse} on the include path and
 * one of the files mm/model_{flat,discontig,sparse}.c into the kernel:
 *
 *   FLATMEM       one array for all frames, holes included
 *   DISCONTIGMEM  one array for each node
 *   SPARSEMEM     one array for each section of 16 MiB that has memory
 *
 * In all of them the pages of one section stand side by side, and so do those of
 * one buddy block. Pages of different sections may not: whoever walks further
 * than a block asks pfn_to_page() again.
 *
 *   struct page *pfn_to_page(pfn_t)     frames for which pfn_valid() only
 *   pfn_t page_to_pfn(const struct page *)
 *   bool pfn_valid(pfn_t)               there is a struct page (the frame may still be a hole)
 *   MEMORY_MODEL                        its name, as a string
 *   MODEL_HOTPLUG                       1: sections can come and go while the machine runs
 */
#ifndef MM_MEMORY_MODEL_H
#define MM_MEMORY_MODEL_H

#define SECTION_SHIFT	  24 /* bytes: 16 MiB, the size of ZONE_DMA */
#define PFN_SECTION_SHIFT (SECTION_SHIFT - PAGE_SHIFT)
#define PAGES_PER_SECTION (1ul << PFN_SECTION_SHIFT)
#define NR_SECTIONS	  256 /* of 4 GiB */
#define MAX_NUMNODES	  8

#include "model.h"

#endif
