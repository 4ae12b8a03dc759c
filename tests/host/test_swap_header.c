/* test_swap_header.c - the header that mkswap writes is taken, and damaged in any field it is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/errno.h"
#include "swap/swap_header.h"
#include "test.h"

#define PAGES 256ul

static union {
	struct swap_header header;
	u8 bytes[PAGE_SIZE];
} page;

/* What this machine's mkswap makes of an empty file of PAGES pages. */
static void make_area(void)
{
	FILE *made = popen("f=$(mktemp) && truncate -s 1M $f && PATH=$PATH:/sbin:/usr/sbin "
			   "mkswap -q $f && head -c 4096 $f; rm -f $f",
			   "r");

	memset(&page, 0xff, sizeof(page));
	CHECK(made && fread(&page, sizeof(page), 1, made) == 1);
	if (made)
		CHECK_EQ(pclose(made), 0);
}

static bool refused(const char *reason)
{
	const char *why = NULL;
	int err = swap_header_check(&page.header, PAGES, &why);

	return CHECK_EQ(err, -EINVAL) && CHECK(why && strstr(why, reason));
}

static void test_good(void)
{
	const char *why = "";

	make_area();
	CHECK_EQ(swap_header_check(&page.header, PAGES, &why), 0);
	CHECK(!why);
	CHECK_EQ(page.header.last_page, PAGES - 1);
	page.header.nr_badpages = 2;
	page.header.badpages[0] = 1;
	page.header.badpages[1] = PAGES - 1;
	CHECK_EQ(swap_header_check(&page.header, PAGES, &why), 0);
	/* An area may be smaller than what it lies on. */
	CHECK_EQ(swap_header_check(&page.header, 10 * PAGES, &why), 0);
}

static void test_damaged(void)
{
	for (unsigned int i = 0; i < SWAP_MAGIC_LEN; i++) {
		make_area();
		page.bytes[SWAP_MAGIC_AT + i] ^= 1;
		refused("no swap area");
	}
	make_area();
	page.header.version = 0;
	refused("version");
	make_area();
	page.header.last_page = 0;
	refused("empty");
	make_area();
	page.header.last_page = PAGES;
	refused("shorter");
	page.header.last_page = 0xffffffff;
	refused("shorter");
	make_area();
	page.header.nr_badpages = SWAP_BADPAGES_MOST + 1;
	refused("more bad pages");
	page.header.nr_badpages = 0xffffffff;
	refused("more bad pages");
	make_area();
	page.header.nr_badpages = 1;
	refused("not in the area");
	page.header.badpages[0] = PAGES;
	refused("not in the area");
}

static const struct test tests[] = {
	{"as mkswap makes it", test_good},
	{"damaged", test_damaged},
};
TEST_MAIN(tests)
