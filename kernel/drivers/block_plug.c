/* block_plug.c - a task's bios that are kept back until there are several of them. */
#include "drivers/block_queue.h"
#include "proc/task.h"

#define PLUG_MAX 32

void blk_start_plug(struct blk_plug *plug)
{
	INIT_LIST_HEAD(&plug->bios);
	plug->nr = 0;
	if (!current->plug)
		current->plug = plug;
}

/* Those for the same queue go there together. */
void blk_flush_plug(struct blk_plug *plug)
{
	struct bio *bio, *next;
	LIST_HEAD(together);

	while (!list_empty(&plug->bios)) {
		struct block_queue *queue =
			list_first_entry(&plug->bios, struct bio, link)->disk->queue;

		list_for_each_entry_safe (bio, next, &plug->bios, link)
			if (bio->disk->queue == queue)
				list_move_tail(&bio->link, &together);
		block_queue_add_list(queue, &together);
	}
	plug->nr = 0;
}

void blk_finish_plug(struct blk_plug *plug)
{
	if (current->plug != plug)
		return;
	current->plug = NULL;
	blk_flush_plug(plug);
}

bool blk_plug_bio(struct bio *bio)
{
	struct blk_plug *plug = current->plug;

	if (likely(!plug) || in_interrupt() || bio->flush)
		return false;
	list_add_tail(&bio->link, &plug->bios);
	if (++plug->nr == PLUG_MAX)
		blk_flush_plug(plug);
	return true;
}
