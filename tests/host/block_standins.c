/* block_standins.c - for host tests of what uses block devices: nobody's bios are kept back. */
#include "drivers/block_queue.h"

bool blk_plug_bio(struct bio *bio)
{
	(void)bio;
	return false;
}

void blk_start_plug(struct blk_plug *plug)
{
	(void)plug;
}

void blk_finish_plug(struct blk_plug *plug)
{
	(void)plug;
}
