/* row.c - reads and writes the rows of tlb.csv. */
#include "row.h"
#include <string.h>

#define COLUMNS \
	"icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted"
#define WORDS	32
#define LETTERS 16

static char words[WORDS][LETTERS];
static unsigned int nr_words = 1; /* the first is empty */
static bool has_dropped_by;

static const struct {
	const char *text;
	uint8_t len, kind;
} kinds[] = {
	{"fill,conflict,", 14, CONFLICT},
	{"fill,cold,", 10, COLD},
	{"fill,flushed,", 13, FLUSHED},
	{"upgrade,entry,", 14, UPGRADE},
	{"upgrade,kind,", 13, KIND},
	{"invlpg,", 7, INVLPG},
	{"flush,", 6, FLUSH},
	{"flush_all,", 10, FLUSH_ALL},
};
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

bool row_header(const char *line, size_t len)
{
	const size_t columns = strlen(COLUMNS);

	has_dropped_by = len > columns;
	return len >= columns && !memcmp(line, COLUMNS, columns) &&
	       (!has_dropped_by ||
		(len == columns + 11 && !memcmp(line + columns, ",dropped_by", 11)));
}

const char *row_header_text(void)
{
	return has_dropped_by ? COLUMNS ",dropped_by" : COLUMNS;
}

/* Each of these moves *at past the field and the comma behind it. */
static bool decimal(const char **at, uint64_t *value)
{
	const char *c = *at;

	for (*value = 0; *c >= '0' && *c <= '9'; c++)
		*value = *value * 10 + (uint64_t)(*c - '0');
	if (c == *at || *c != ',')
		return false;
	*at = c + 1;
	return true;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 0xHHHHHHHH, or one of 16 digits, of which the low half counts. */
static bool address(const char **at, uint32_t *value)
{
	const char *c = *at + 2;
	int d;

	if (c[-2] != '0' || c[-1] != 'x')
		return false;
	for (*value = 0; (d = digit(*c)) >= 0; c++)
		*value = *value << 4 | (uint32_t)d;
	if ((c - *at != 10 && c - *at != 18) || *c != ',')
		return false;
	*at = c + 1;
	return true;
}

/* A word that ends with `end`. Return: false when it is too long, or there are too many of them. */
static bool word(const char **at, char end, uint8_t *number)
{
	const char *c = *at;
	size_t len;

	while (*c != end && *c != '\n' && *c != ',')
		c++;
	len = (size_t)(c - *at);
	if (*c != end || len >= LETTERS)
		return false;
	for (*number = 0; *number < nr_words; ++*number)
		if (!memcmp(words[*number], *at, len) && !words[*number][len])
			break;
	if (*number == nr_words) {
		if (nr_words == WORDS)
			return false;
		memcpy(words[nr_words++], *at, len);
	}
	*at = c + 1;
	return true;
}

static bool event(const char **at, struct row *row)
{
	unsigned int i;

	for (i = 0; i < NR_KINDS; i++)
		if (!strncmp(*at, kinds[i].text, kinds[i].len))
			break;
	if (i == NR_KINDS)
		return false;
	row->kind = kinds[i].kind;
	*at += kinds[i].len;
	return row_has_page(row) || word(at, ',', &row->reason);
}

/* ",4K,r,u,0x...,2+0," from the size on */
static bool page_columns(const char **at, struct row *row)
{
	const char *c = *at;

	row->size = c[0];
	row->unit = c[1];
	row->access = c[3];
	row->mode = c[5];
	if (c[2] != ',' || c[4] != ',' || c[6] != ',')
		return false;
	*at += 7;
	if (!address(at, &row->pte))
		return false;
	c = *at;
	row->reads = c[0];
	row->writes = c[2];
	*at += 4;
	return digit(c[0]) >= 0 && c[1] == '+' && digit(c[2]) >= 0 && c[3] == ',';
}

/* `skip` commas, for columns that are empty */
static bool empty(const char **at, unsigned int skip)
{
	for (; skip; skip--)
		if (*(*at)++ != ',')
			return false;
	return true;
}

/* From cr3 on. */
static bool tail(const char **at, struct row *row)
{
	const char end = has_dropped_by ? ',' : '\n';
	uint64_t pid = NO_PID;

	if (!address(at, &row->cr3) || !(**at == ',' ? empty(at, 1) : decimal(at, &pid)) ||
	    !address(at, &row->eip))
		return false;
	row->pid = (uint32_t)pid;
	row->evicted = NO_PAGE;
	if (**at == '0') {
		const char *c = *at;

		for (row->evicted = 0, c += 2; digit(*c) >= 0; c++)
			row->evicted = row->evicted << 4 | (uint32_t)digit(*c);
		if (c - *at != 10)
			return false;
		*at = c;
	}
	if (*(*at)++ != end)
		return false;
	return !has_dropped_by || word(at, '\n', &row->dropped_by);
}

bool row_parse(const char *line, struct row *row)
{
	uint64_t cpu;

	memset(row, 0, sizeof(*row));
	row->times = 1;
	if (!decimal(&line, &row->icount) || !decimal(&line, &cpu) || cpu || line[1] != ',')
		return false;
	row->tlb = line[0];
	line += 2;
	if (!event(&line, row))
		return false;
	if (row_has_page(row)) {
		if (!address(&line, &row->page) || !address(&line, &row->frame) ||
		    !page_columns(&line, row))
			return false;
	} else if (row->kind == INVLPG) {
		if (!address(&line, &row->page) || !empty(&line, 6))
			return false;
	} else if (!empty(&line, 7)) {
		return false;
	}
	return tail(&line, row);
}

void row_print(FILE *file, const struct row *row)
{
	unsigned int i;

	for (i = 0; kinds[i].kind != row->kind; i++)
		;
	fprintf(file, "%llu,%u,%c,%s", (unsigned long long)row->icount, row->times - 1,
		row->tlb ? row->tlb : '-', kinds[i].text);
	if (row_has_page(row)) {
		fprintf(file, "0x%08x,0x%08x,%c%c,%c,%c,0x%08x,%c+%c,", row->page, row->frame,
			row->size ? row->size : '4', row->unit ? row->unit : 'K',
			row->access ? row->access : 'r', row->mode ? row->mode : 'u', row->pte,
			row->reads ? row->reads : '0', row->writes ? row->writes : '0');
	} else if (row->kind == INVLPG) {
		fprintf(file, "%s,0x%08x,,,,,,,", words[row->reason], row->page);
	} else {
		fprintf(file, "%s,,,,,,,,", words[row->reason]);
	}
	fprintf(file, "0x%08x,", row->cr3);
	if (row->pid != NO_PID)
		fprintf(file, "%u", row->pid);
	fprintf(file, ",0x%08x,", row->eip);
	if (row->evicted != NO_PAGE)
		fprintf(file, "0x%08x", row->evicted);
	fprintf(file, has_dropped_by ? ",%s\n" : "\n", words[row->dropped_by]);
}
