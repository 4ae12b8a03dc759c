/*
 * tree.c - built-in directories described by one table of paths: /sys and /proc/sys.
 *
 *   path                      a lookup of "node1" in "node" finds the second one:
 *   "node"                      its directory is "node", what is behind it is
 *   "node/node#"                "node#", and next(1) says that there is a 1;
 *   "node/node#/meminfo"      the number stays with the inode, and with what is below it
 *
 * The tables are short (tens of entries) and looked through from the start each
 * time. An inode is made at each lookup and goes with its last user. Its
 * number is first_ino + 1 + index * 256 + number, the root's first_ino.
 */
#include "fs/pseudo/tree.h"
#include "i386/uaccess.h"
#include "fs/pseudo/text_file.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define MAX_WRITE 256u /* bytes of one write */
#define DOTS	  2    /* positions of "." and ".." */

struct tree_inode {
	struct inode vfs; /* first */
	const struct tree *tree;
	const struct tree_entry *entry; /* NULL: the root */
	int number;
};

static const struct inode_ops dir_iops, file_iops;
static const struct file_ops dir_fops, file_fops;

static struct tree_inode *tree_i(const struct inode *inode)
{
	return container_of(inode, struct tree_inode, vfs);
}

static u32 entry_ino(const struct tree *tree, const struct tree_entry *entry, int number)
{
	if (!entry)
		return tree->first_ino;
	return tree->first_ino + 1 + (u32)(entry - tree->entries) * (TREE_MAX_NUMBER + 1) +
	       (u32)number;
}

static struct inode *make_inode(const struct tree *tree, const struct tree_entry *entry, int number)
{
	struct tree_inode *ti = kzalloc(sizeof(*ti), GFP_KERNEL);
	u32 mode = entry ? entry->mode : S_IFDIR | 0555;
	struct inode *inode;

	if (!ti)
		return ERR_PTR(-ENOMEM);
	ti->tree = tree;
	ti->entry = entry;
	ti->number = number;
	inode = &ti->vfs;
	inode_init(inode, tree->sb, entry_ino(tree, entry, number), mode);
	inode->atime = inode->mtime = inode->ctime = now_seconds();
	inode->i_op = S_ISDIR(mode) ? &dir_iops : &file_iops;
	inode->f_op = S_ISDIR(mode) ? &dir_fops : &file_fops;
	if (S_ISDIR(mode))
		inode->nlink = 2;
	return inode;
}

struct inode *tree_root(const struct tree *tree)
{
	return make_inode(tree, NULL, 0);
}

bool is_tree_inode(const struct inode *inode)
{
	return inode->i_op == &dir_iops || inode->i_op == &file_iops;
}

void tree_free_inode(struct inode *inode)
{
	kfree(tree_i(inode));
}

/* The part of an entry's path that is its name in `dir` (NULL: the root), or NULL: not in it. */
static const char *name_in(const struct tree_entry *entry, const struct tree_entry *dir)
{
	const char *name = entry->path;
	size_t len;

	if (dir) {
		len = strlen(dir->path);
		if (strncmp(name, dir->path, len) != 0 || name[len] != '/')
			return NULL;
		name += len + 1;
	}
	return strchr(name, '/') ? NULL : name;
}

static bool is_numbered(const char *name)
{
	return name[strlen(name) - 1] == '#';
}

/* What '#' stands for in `name`, of which `pattern` is the table's form; -1: it does not fit. */
static int match_number(const char *pattern, const char *name, unsigned int len)
{
	size_t prefix = strlen(pattern) - 1;
	int number = 0;

	if (len <= prefix || memcmp(pattern, name, prefix) != 0)
		return -1;
	name += prefix;
	len -= prefix;
	if (name[0] == '0' && len > 1)
		return -1;
	for (; len; name++, len--) {
		if (*name < '0' || *name > '9')
			return -1;
		number = number * 10 + (*name - '0');
		if (number > TREE_MAX_NUMBER)
			return -1;
	}
	return number;
}

/* The number of the thing that `name` is in the table's form `pattern`, or -1: something else. */
static int match(const struct tree_entry *entry, const char *pattern, const char *name,
		 unsigned int len, int dir_number)
{
	int number;

	if (is_numbered(pattern)) {
		number = match_number(pattern, name, len);
		return number >= 0 && entry->next(number) == number ? number : -1;
	}
	if (strlen(pattern) != len || memcmp(pattern, name, len) != 0)
		return -1;
	return entry->next && entry->next(0) != 0 ? -1 : dir_number;
}

/* The directory that holds an entry; NULL: the root. */
static const struct tree_entry *parent_of(const struct tree *tree, const struct tree_entry *entry)
{
	const struct tree_entry *dir;

	for (dir = tree->entries; dir->path; dir++)
		if (S_ISDIR(dir->mode) && name_in(entry, dir))
			return dir;
	return NULL;
}

static struct inode *lookup_parent(const struct tree_inode *ti)
{
	const struct tree *tree = ti->tree;
	const struct tree_entry *parent;

	if (!ti->entry)
		return iget_ref(tree->above);
	parent = parent_of(tree, ti->entry);
	if (!parent)
		return tree->above ? tree_root(tree) : iget_ref(tree->sb->root);
	return make_inode(tree, parent, strchr(parent->path, '#') ? ti->number : 0);
}

static struct inode *dir_lookup_entry(struct inode *dir, const char *name, unsigned int len)
{
	const struct tree_inode *ti = tree_i(dir);
	const struct tree_entry *entry;
	const char *pattern;
	int number;

	if (len == 2 && name[0] == '.' && name[1] == '.')
		return lookup_parent(ti);
	for (entry = ti->tree->entries; entry->path; entry++) {
		pattern = name_in(entry, ti->entry);
		if (!pattern)
			continue;
		number = match(entry, pattern, name, len, ti->number);
		if (number >= 0)
			return make_inode(ti->tree, entry, number);
	}
	return ERR_PTR(-ENOENT);
}

/*
 * The entries that one row of the table stands for, from position `pos` on: rows take up
 * TREE_MAX_NUMBER + 1 positions each. False when fill has enough.
 */
static bool fill_row(struct file *file, const struct tree_entry *entry, const char *pattern,
		     void *arg, filldir_fn fill)
{
	const struct tree_inode *ti = tree_i(file->inode);
	loff_t row = DOTS + (loff_t)(entry - ti->tree->entries) * (TREE_MAX_NUMBER + 1);
	int number = file->pos > row ? (int)(file->pos - row) : 0;
	bool numbered = is_numbered(pattern);
	char name[NAME_MAX + 1];
	int len;

	if (!numbered && (number > 0 || (entry->next && entry->next(0) != 0)))
		return true;
	do {
		if (numbered) {
			number = entry->next(number);
			if (number < 0)
				break;
		}
		len = scnprintf(name, sizeof(name), "%s", pattern);
		if (numbered)
			len = len - 1 +
			      scnprintf(name + len - 1, sizeof(name) - (size_t)len, "%d", number);
		file->pos = row + number;
		if (!fill(arg, name, (unsigned int)len, file->pos + 1,
			  entry_ino(ti->tree, entry, numbered ? number : ti->number),
			  mode_to_dtype(entry->mode)))
			return false;
		file->pos++;
	} while (numbered && ++number <= TREE_MAX_NUMBER);
	return true;
}

static int dir_readdir(struct file *file, void *arg, filldir_fn fill)
{
	const struct tree_inode *ti = tree_i(file->inode);
	const struct tree_entry *entry;
	const char *pattern;
	loff_t row = DOTS;

	for (; file->pos < DOTS; file->pos++) {
		if (!fill(arg, "..", file->pos ? 2 : 1, file->pos + 1, file->inode->ino,
			  mode_to_dtype(S_IFDIR)))
			return 0;
	}
	for (entry = ti->tree->entries; entry->path; entry++) {
		row += TREE_MAX_NUMBER + 1;
		pattern = name_in(entry, ti->entry);
		if (pattern && file->pos < row && !fill_row(file, entry, pattern, arg, fill))
			return 0;
		file->pos = max(file->pos, row);
	}
	return 0;
}

/* Everybody is root here, so it is for the table alone to say what a file is good for. */
static int file_open(struct inode *inode, struct file *file)
{
	const struct tree_entry *entry = tree_i(inode)->entry;

	if ((file->mf.writable && !entry->store) || (file->mf.readable && !entry->show))
		return -EACCES;
	return text_file_open(file);
}

static int make_text(struct file *file, struct text *text)
{
	const struct tree_inode *ti = tree_i(file->inode);

	return ti->entry->show(text, ti->number);
}

static ssize_t file_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	return text_file_read(file, buf, count, pos, make_text);
}

/* Each write stands for itself: it is taken whole, or refused whole. */
static ssize_t file_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	const struct tree_inode *ti = tree_i(file->inode);
	char words[MAX_WRITE];
	int err;

	if (count >= MAX_WRITE)
		return -EINVAL;
	if (copy_from_user(words, buf, count))
		return -EFAULT;
	words[count] = '\0';
	if (count && words[count - 1] == '\n')
		words[count - 1] = '\0';
	err = ti->entry->store(words, ti->number);
	if (err)
		return err;
	*pos += (loff_t)count;
	return (ssize_t)count;
}

static const struct inode_ops dir_iops = {.lookup = dir_lookup_entry};
static const struct inode_ops file_iops;
static const struct file_ops dir_fops = {.llseek = generic_llseek, .readdir = dir_readdir};
static const struct file_ops file_fops = {
	.open = file_open,
	.release = text_file_release,
	.read = file_read,
	.write = file_write,
	.llseek = generic_llseek,
};

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
