/*
 * tree.c - the directories, files and links of /proc and /sys, made from tables (tree.h).
 *
 * An inode is made at each lookup and goes with its last user. It holds the inode of its directory,
 * as ".." leads there, but nothing of what it is about: a task is looked up by its number
 * each time a file is used, and held for that time only. Files of a task that has ended
 * stay open and say ESRCH, and its directories cannot be searched or listed.
 *
 * Inode numbers: tree_mount() gives each entry one, or as many as its '#' may stand for;
 * in and below a task's directory the task's number is added, from bit PID_SHIFT on.
 *
 * Positions in a directory: "." and "..", then entry after entry; '#' comes last and its numbers
 * count on from there. So a position stays right when others come and go.
 */
#include "fs/pseudo/tree.h"
#include "i386/uaccess.h"
#include "fs/pseudo/text_file.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define PID_SHIFT      12
#define MAX_NUMBER_LEN 9
#define MAX_NUMBER     999999999
#define MAX_NAME       32
#define MAX_WRITE      256u /* bytes of one write */
#define DOTS	       2    /* positions of "." and ".." */

_Static_assert(NR_OPEN <= TREE_NUMBERS, "inode numbers of descriptors overlap");

struct tree_inode {
	struct inode vfs; /* first */
	const struct tree_entry *entry;
	struct inode *dir;	  /* referenced; the root's is itself, without a reference */
	pid_t pid;		  /* 0: not about a task */
	unsigned long start_time; /* of the task: another one may get its number */
	int number;
};

static struct kmem_cache *tree_inode_cache;
static const struct inode_ops dir_iops, file_iops, link_iops;
static const struct file_ops dir_fops, file_fops;

static struct tree_inode *tree_i(const struct inode *inode)
{
	return container_of(inode, struct tree_inode, vfs);
}

/* Finds the task that an inode is about, with a hold, or NULL when it is about none. 0, or -ESRCH.
 */
static int hold_task(const struct tree_inode *ti, struct task_struct **task)
{
	*task = ti->pid ? find_get_task(ti->pid) : NULL;
	if (*task && (*task)->start_time != ti->start_time) {
		put_task(*task);
		*task = NULL;
	}
	return ti->pid && !*task ? -ESRCH : 0;
}

static void drop_task(struct task_struct *task)
{
	if (task)
		put_task(task);
}

/* Calls a show or store function of the inode's entry: 0 or errno. May sleep. */
static int call_entry(const struct tree_inode *ti, int (*fn)(struct text *text), struct text *text)
{
	int err = hold_task(ti, &text->task);

	if (err)
		return err;
	text->number = ti->number;
	err = fn(text);
	drop_task(text->task);
	text->task = NULL;
	return err;
}

/* --- inodes --- */

static bool is_numbered(const struct tree_entry *entry)
{
	return entry->next;
}

static bool exists(const struct tree_entry *entry, struct task_struct *task, int number)
{
	if (entry->has)
		return entry->has(task, number);
	return !is_numbered(entry) || entry->next(task, number) == number;
}

/*
 * A directory's: 2, and one more for each directory in it. Where those come and go it is 1, which
 * tells programs that count on the difference (find) that there is nothing to count.
 */
static u32 dir_links(const struct tree_entry *dir)
{
	const struct tree_entry *entry;
	u32 links = 2;

	for (entry = dir->entries; entry->name; entry++) {
		if (S_ISDIR(entry->mode) && is_numbered(entry))
			return 1;
		links += S_ISDIR(entry->mode) && exists(entry, NULL, 0);
	}
	return links;
}

/* Of what an entry, with this number, is in a directory. */
static u32 entry_ino(const struct tree_inode *dir, const struct tree_entry *entry, int number)
{
	if (entry->task)
		return ((u32)number << PID_SHIFT) + entry->ino;
	return ((u32)dir->pid << PID_SHIFT) + entry->ino + (u32)number;
}

static struct tree_inode *alloc_inode(const struct tree_entry *entry, struct fs_super *sb, u32 ino)
{
	struct tree_inode *ti = kmem_cache_alloc(tree_inode_cache, GFP_KERNEL);
	struct inode *inode;

	if (!ti)
		return NULL;
	memset(ti, 0, sizeof(*ti));
	ti->entry = entry;
	inode = &ti->vfs;
	inode_init(inode, sb, ino, entry->mode);
	inode->atime = inode->mtime = inode->ctime = now_seconds();
	if (S_ISDIR(entry->mode)) {
		inode->nlink = dir_links(entry);
		inode->i_op = &dir_iops;
		inode->f_op = &dir_fops;
	} else if (S_ISLNK(entry->mode)) {
		inode->i_op = &link_iops;
	} else {
		inode->i_op = &file_iops;
		inode->f_op = &file_fops;
	}
	return ti;
}

static struct inode *make_inode(struct inode *dir, const struct tree_entry *entry, int number)
{
	const struct tree_inode *above = tree_i(dir);
	const struct task_struct *task = entry->task ? find_task(number) : NULL;
	unsigned long start_time = task ? task->start_time : above->start_time;
	struct tree_inode *ti = alloc_inode(entry, dir->sb, entry_ino(above, entry, number));

	if (!ti)
		return ERR_PTR(-ENOMEM);
	ti->dir = iget_ref(dir);
	ti->pid = entry->task ? number : above->pid;
	ti->start_time = start_time;
	ti->number = entry->task ? 0 : number;
	return &ti->vfs;
}

static void free_inode(struct inode *inode)
{
	struct inode *dir = tree_i(inode)->dir;

	BUG_ON(dir == inode);
	kmem_cache_free(tree_inode_cache, tree_i(inode));
	iput(dir); /* and so on upwards; the depth is that of the tables */
}

/* --- directories --- */

/* A plain decimal number, or -1. */
static int parse_number(const char *digits, size_t len)
{
	int number = 0;

	if (len == 0 || len > MAX_NUMBER_LEN || (digits[0] == '0' && len > 1))
		return -1;
	for (; len; digits++, len--) {
		if (*digits < '0' || *digits > '9')
			return -1;
		number = number * 10 + (*digits - '0');
	}
	return number;
}

/* The number that a name means when it is this entry's (a plain one's: `inherited`), or -1. */
static int match(const struct tree_entry *entry, const char *name, size_t len, int inherited)
{
	size_t fixed = strlen(entry->name) - is_numbered(entry);

	if (len < fixed || memcmp(entry->name, name, fixed) != 0)
		return -1;
	if (is_numbered(entry))
		return parse_number(name + fixed, len - fixed);
	return len == fixed ? inherited : -1;
}

static struct inode *find_entry(struct inode *dir, const char *name, size_t len,
				struct task_struct *task)
{
	const struct tree_inode *ti = tree_i(dir);
	const struct tree_entry *entry;
	int number;

	for (entry = ti->entry->entries; entry->name; entry++) {
		number = match(entry, name, len, ti->number);
		if (number >= 0 && exists(entry, task, number))
			return make_inode(dir, entry, number);
	}
	return ERR_PTR(-ENOENT);
}

/* A task that has ended: nothing can be found in its directory, not even "..", and nothing but
 * that in those below, as on Linux. */
static struct inode *dir_lookup_entry(struct inode *dir, const char *name, unsigned int len)
{
	const struct tree_inode *ti = tree_i(dir);
	struct inode *inode = ERR_PTR(-ENOENT);
	struct task_struct *task;
	int gone = hold_task(ti, &task);

	if (gone && ti->entry->task)
		return ERR_PTR(gone);
	if (len == 2 && name[0] == '.' && name[1] == '.')
		inode = iget_ref(ti->dir);
	else if (!gone)
		inode = find_entry(dir, name, len, task);
	drop_task(task);
	return inode;
}

/* A directory that is being listed. */
struct listing {
	struct file *file; /* its position is that of the next name */
	const struct tree_inode *dir;
	struct task_struct *task;
	void *arg;
	filldir_fn fill;
};

/* One name; the position goes behind it. False when it was not wanted any more. */
static bool list_name(struct listing *list, const char *name, size_t len, u32 ino, u32 mode)
{
	if (!list->fill(list->arg, name, (unsigned int)len, list->file->pos + 1, ino,
			mode_to_dtype(mode)))
		return false;
	list->file->pos++;
	return true;
}

static bool list_dots(struct listing *list)
{
	if (list->file->pos == 0 && !list_name(list, ".", 1, list->file->inode->ino, S_IFDIR))
		return false;
	return list->file->pos > 1 || list_name(list, "..", 2, list->dir->dir->ino, S_IFDIR);
}

/* A plain name at position `at`. */
static bool list_plain(struct listing *list, const struct tree_entry *entry, loff_t at)
{
	int number = list->dir->number;

	if (list->file->pos > at)
		return true;
	list->file->pos = at;
	return !exists(entry, list->task, number) ||
	       list_name(list, entry->name, strlen(entry->name),
			 entry_ino(list->dir, entry, number), entry->mode);
}

/* The names that a '#' stands for, of which number 0 would be at position `at`. 0 or -EINTR. */
static int list_numbers(struct listing *list, const struct tree_entry *entry, loff_t at)
{
	int fixed = (int)strlen(entry->name) - 1, number, len;
	char name[MAX_NAME];

	while (list->file->pos - at <= MAX_NUMBER) {
		number = max((int)(list->file->pos - at), 0);
		number = entry->next(list->task, number);
		if (number < 0)
			break;
		len = scnprintf(name, sizeof(name), "%.*s%d", fixed, entry->name, number);
		list->file->pos = at + number;
		if (!list_name(list, name, (size_t)len, entry_ino(list->dir, entry, number),
			       entry->mode))
			break;
		if (!may_go_on())
			return -EINTR;
	}
	return 0;
}

static int list_entries(struct listing *list)
{
	const struct tree_entry *entry;
	loff_t at = DOTS;

	if (!list_dots(list))
		return 0;
	for (entry = list->dir->entry->entries; entry->name; entry++, at++) {
		if (is_numbered(entry))
			return list_numbers(list, entry, at);
		if (!list_plain(list, entry, at))
			break;
	}
	return 0;
}

static int dir_readdir(struct file *file, void *arg, filldir_fn fill)
{
	struct listing list = {.file = file, .dir = tree_i(file->inode), .arg = arg, .fill = fill};
	int err;

	if (hold_task(list.dir, &list.task))
		return -ENOENT;
	err = list_entries(&list);
	drop_task(list.task);
	return err;
}

/* --- files --- */

/* Everybody is root here, so it is for the table alone to say what a file is good for. */
static int file_open(struct inode *inode, struct file *file)
{
	const struct tree_entry *entry = tree_i(inode)->entry;

	if ((file->mf.writable && !entry->store && !entry->write) ||
	    (file->mf.readable && !entry->show))
		return -EACCES;
	return text_file_open(file);
}

static int make_text(struct file *file, struct text *text)
{
	const struct tree_inode *ti = tree_i(file->inode);

	return call_entry(ti, ti->entry->show, text);
}

static ssize_t file_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	return text_file_read(file, buf, count, pos, make_text);
}

/*
 * Each write stands for itself: it is taken whole, or refused whole. A NUL is no part of a word,
 * not even at the end (as with Linux's /proc/sys): what is behind it would be dropped unseen.
 */
static ssize_t store_words(const struct tree_inode *ti, const char __user *buf, size_t count)
{
	char words[MAX_WRITE];
	struct text text = {.buf = words, .len = count, .size = sizeof(words)};
	int err;

	if (count >= MAX_WRITE)
		return -EINVAL;
	if (copy_from_user(words, buf, count))
		return -EFAULT;
	if (memchr(words, 0, count))
		return -EINVAL;
	if (count && words[count - 1] == '\n')
		text.len--;
	words[text.len] = '\0';
	err = call_entry(ti, ti->entry->store, &text);
	return err ? err : (ssize_t)count;
}

static ssize_t file_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	const struct tree_inode *ti = tree_i(file->inode);
	ssize_t n = ti->entry->write ? ti->entry->write(buf, count) : store_words(ti, buf, count);

	if (n > 0)
		*pos += n;
	return n;
}

/* --- links --- */

static int link_readlink(struct inode *inode, char *buf, size_t size)
{
	const struct tree_inode *ti = tree_i(inode);
	struct text text = {0};
	int ret = call_entry(ti, ti->entry->show, &text);

	if (!ret)
		ret = text.err;
	if (!ret) {
		ret = (int)min(text.len, size);
		memcpy(buf, text.buf, (size_t)ret);
	}
	text_free(&text);
	return ret == -ESRCH ? -ENOENT : ret;
}

static struct inode *link_follow(struct inode *inode)
{
	const struct tree_inode *ti = tree_i(inode);
	struct inode *target = NULL;
	struct task_struct *task;

	if (!ti->entry->target)
		return NULL;
	if (!hold_task(ti, &task))
		target = ti->entry->target(task, ti->number);
	drop_task(task);
	return target ? target : ERR_PTR(-ENOENT);
}

/* --- file systems --- */

static void tree_statfs(struct fs_super *sb, struct kstatfs *st)
{
	st->type = container_of(sb, struct tree, sb)->magic;
	st->bsize = PAGE_SIZE;
	st->namelen = NAME_MAX;
}

static const struct inode_ops dir_iops = {.lookup = dir_lookup_entry};
static const struct inode_ops file_iops;
static const struct inode_ops link_iops = {.readlink = link_readlink, .follow = link_follow};
static const struct file_ops dir_fops = {.llseek = generic_llseek, .readdir = dir_readdir};
static const struct file_ops file_fops = {
	.open = file_open,
	.release = text_file_release,
	.read = file_read,
	.write = file_write,
	.llseek = generic_llseek,
};
static const struct super_ops tree_super_ops = {.free_inode = free_inode, .statfs = tree_statfs};

/*
 * Numbers the entries of a table and of those below, from `ino` on: `each` numbers for one.
 * Returns the number behind the last.
 */
static u32 number_entries(struct tree_entry *entry, u32 ino, u32 each)
{
	for (; entry->name; entry++) {
		bool numbered = is_numbered(entry);
		u32 many = numbered && !entry->task ? TREE_NUMBERS : each;

		BUG_ON(numbered != (entry->name[strlen(entry->name) - 1] == '#'));
		BUG_ON(numbered && entry[1].name); /* positions */
		entry->ino = ino;
		ino += many;
		if (entry->entries)
			ino = number_entries(entry->entries, ino, many);
		BUG_ON(entry->task && ino > 1u << PID_SHIFT);
	}
	return ino;
}

void tree_mount(struct tree *tree)
{
	struct fs_super *sb = &tree->sb;
	struct tree_inode *root;

	if (!tree_inode_cache)
		tree_inode_cache = kmem_cache_create("tree_inode", sizeof(struct tree_inode), 0,
						     SLAB_PANIC, NULL);
	sb->ops = &tree_super_ops;
	INIT_LIST_HEAD(&sb->inodes);
	tree->root.ino = 1;
	number_entries(tree->root.entries, tree->root.ino + 1, 1);
	root = alloc_inode(&tree->root, sb, tree->root.ino);
	if (!root)
		panic("no memory for /%s", tree->root.name);
	root->dir = &root->vfs;
	sb->root = &root->vfs;
	vfs_graft(tree->root.name, sb);
}

#define INT_MOST 0x7fffffffu

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

int tree_parse_numbers(char *words, unsigned long *numbers, int count, bool fewer)
{
	int n = 0;

	for (;;) {
		char *word;

		while (is_blank(*words))
			words++;
		if (!*words)
			break;
		if (n == count)
			return -EINVAL;
		word = words;
		while (*words && !is_blank(*words))
			words++;
		if (*words)
			*words++ = '\0';
		if (kstrtoul(word, 10, &numbers[n]))
			return -EINVAL;
		n++;
	}
	return n == count || (fewer && n > 0) ? n : -EINVAL;
}

int tree_parse_int(char *words, int *value)
{
	size_t len = strlen(words);
	unsigned long n;
	bool negative;
	int err;

	while (len && is_blank(words[len - 1]))
		words[--len] = '\0';
	while (is_blank(*words))
		words++;
	negative = *words == '-';
	err = kstrtoul(words + (negative || *words == '+'), 0, &n);
	if (err)
		return err;
	if (n > INT_MOST + (unsigned long)negative)
		return -ERANGE;
	*value = (int)(negative ? -n : n);
	return 0;
}
