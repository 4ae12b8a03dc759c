/*
 * model.c - what-if TLBs, offline: build/analysis/model MODEL... <TRACE >model.csv
 *
 * The models are files as for TRACE=model=FILE (FORMAT.md). The trace is text, a reference or an
 * event a line:
 *
 *   x|r|w ADDR[,SIZE] [k] [g] [4M]   fetch, read or write; by the kernel (k), of a page that is
 *                                    global (g) or one of 4 MiB (4M);
 *         [a=N] [e=ADDR] [n=N]       what its entry allows (FORMAT.md, refs.csv), by which
 *                                    instruction, how often: all but one are hits
 *   cr3 N [all]                      address space N is loaded (it begins with 1); global pages
 *                                    go, too
 *   rename N                         the address space in use has that number from here on
 *   space N                          another address space, and nothing was flushed
 *   flush                            everything goes
 *   invlpg ADDR                      one page goes,
 *   fault ADDR                       or goes because its entry was too weak for data,
 *   fault_x ADDR                     or for a fetch
 *   mark LABEL                       a phase begins
 *   task PID [NAME]                  a task runs
 *   reduced K                        first: references are left out as in refs.csv, for sets of K
 *                                    ways and more; a model that this does not hold for is refused
 *
 * ADDR is hexadecimal. What `valgrind --tool=lackey --trace-mem=yes` of a 32-bit program writes is
 * such a trace, too (I, L, S and M lines; its own messages are skipped).
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_ROOM 1024

static struct models models;
static unsigned long line_number;
static uint32_t space = SPACE_GLOBAL + 1, eip, pid;

/* What stands behind the address of a reference. */
struct flags {
	unsigned int kind;
	uint32_t eip;
	uint8_t allowed;
	uint32_t count;
};

__attribute__((noreturn)) static void wrong(const char *what)
{
	fprintf(stderr, "model: line %lu of the trace: %s\n", line_number, what);
	exit(1);
}

static uint32_t hex(const char *text, char **end)
{
	unsigned long long n = strtoull(text, end, 16);

	if (*end == text)
		wrong("no address");
	if (n > 0xffffffff)
		wrong("an address of more than 32 bits");
	return (uint32_t)n;
}

static uint32_t last_address(const char *text)
{
	char *end;
	uint32_t addr = hex(text, &end);

	if (end[strspn(end, " \t\r\n")])
		wrong("more than an address");
	return addr;
}

/* Instructions of the kernel's half are nobody's. */
static void put(uint32_t page, const struct flags *flags)
{
	const struct model_ref ref = {
		.page = page & ~PAGE_MASK,
		.space = space,
		.eip = flags->eip,
		.pid = flags->eip < 0xc0000000 ? pid : 0,
		.kind = (uint8_t)flags->kind,
		.allowed = flags->allowed,
	};

	if (!models_again(&models, ref.page, flags->kind))
		models_ref(&models, &ref);
	models_repeat(&models, ref.page, flags->kind, flags->count - 1);
	if (models.no_memory)
		wrong("out of memory");
}

static uint32_t number(const char *text, uint32_t least, uint32_t most)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (end == text || end[strspn(end, " \t\r\n")] || n < least || n > most)
		wrong("no number, or none that can be");
	return (uint32_t)n;
}

static struct flags read_flags(char *text)
{
	struct flags flags = {.kind = REF_USER, .eip = eip, .allowed = 0x0f, .count = 1};
	char *word;

	for (word = strtok(text, " \t\r\n"); word; word = strtok(NULL, " \t\r\n")) {
		if (!strcmp(word, "k"))
			flags.kind &= ~REF_USER;
		else if (!strcmp(word, "g"))
			flags.kind |= REF_GLOBAL;
		else if (!strcmp(word, "4M"))
			flags.kind |= REF_LARGE;
		else if (!strncmp(word, "a=", 2))
			flags.allowed = (uint8_t)number(word + 2, 0, 15);
		else if (!strncmp(word, "e=", 2))
			flags.eip = last_address(word + 2);
		else if (!strncmp(word, "n=", 2))
			flags.count = number(word + 2, 1, 0xffffffff);
		else
			wrong("there are k, g, 4M, a=, e= and n= behind an address");
	}
	return flags;
}

/* Caches take linear addresses for physical ones here. */
static void put_line(uint32_t addr, bool code)
{
	const struct model_line line = {addr, addr, 0, code};

	if (models.line_shift && !models_line_again(&models, addr, code))
		models_line(&models, &line);
}

/* An access may reach into the next page, or line. */
static void reference(char what, const char *text)
{
	unsigned long size = 1;
	struct flags flags;
	uint32_t addr, last;
	bool code;
	char *end;

	addr = hex(text, &end);
	if (*end == ',')
		size = strtoul(end + 1, &end, 10);
	if (!size || size > 4096)
		wrong("a size from 1 to 4096 is right");
	code = strchr("xI", what);
	if (code)
		eip = addr;
	flags = read_flags(end);
	flags.kind |= (code ? REF_CODE : 0) | (strchr("wSM", what) ? REF_WRITE : 0);
	put(addr, &flags);
	put_line(addr, code);
	last = addr + (uint32_t)size - 1;
	if (models.line_shift && (addr ^ last) >> models.line_shift)
		put_line(last, code);
	if ((addr ^ last) & ~PAGE_MASK)
		put(last, &flags);
}

static void task(char *text)
{
	pid = (uint32_t)strtoul(text, &text, 10);
	text += strspn(text, " \t");
	text[strcspn(text, "\r\n")] = 0;
	models_task(&models, pid, text);
}

static void load_cr3(const char *text)
{
	const uint32_t from = space;
	char *end;

	space = (uint32_t)strtoul(text, &end, 10) + SPACE_GLOBAL;
	if (space <= SPACE_GLOBAL)
		wrong("address spaces have numbers from 1 on");
	models_flush(&models, MODELS_CR3, !strncmp(end, " all", 4), from, space);
}

static void rename_space(const char *text)
{
	const uint32_t from = space;

	space = number(text, 1, 0x7fffffff) + SPACE_GLOBAL;
	models_rename(&models, from, space);
}

/* The string lacks hits in sets of @k ways with LRU, so what is asked first must be such sets; what
 * comes behind these sees their misses, and those are all there. */
static void reduced(const char *text)
{
	const uint32_t k = number(text, 1, 0x7fffffff);
	unsigned int i, j;

	for (i = 0; i < models.count; i++) {
		const struct model *model = models.list[i];

		for (j = 0; j < model->tlb_count; j++) {
			const struct model_tlb *t = &model->tlbs[j];

			if (t->of == OF_WALKS || t->level != 1 ||
			    (t->sim.replace == REPLACE_LRU && t->sim.ways >= k))
				continue;
			fprintf(stderr,
				"model: %s, %s: the references are reduced, exact for sets of %u "
				"ways and "
				"more with LRU at level 1 (record with refs=K)\n",
				model->name, t->name, k);
			exit(1);
		}
		if (!model->cache_count && !model->bochs)
			continue;
		fprintf(stderr, "model: %s: %s cannot be told from reduced references of pages\n",
			model->name, model->cache_count ? "a cache" : "what Bochs looks up");
		exit(1);
	}
}

/* Is the line `word` and something? Returns that, or NULL. */
static char *after(char *line, const char *word)
{
	const size_t len = strlen(word);

	if (strncmp(line, word, len) || !strchr(" \t\r\n", line[len]))
		return NULL;
	return line + len + strspn(line + len, " \t");
}

static void event(char *line)
{
	char *rest;

	if ((rest = after(line, "cr3"))) {
		load_cr3(rest);
	} else if (after(line, "flush")) {
		models_flush(&models, MODELS_GLOBAL, true, space, space);
	} else if ((rest = after(line, "rename"))) {
		rename_space(rest);
	} else if ((rest = after(line, "space"))) {
		space = number(rest, 1, 0x7fffffff) + SPACE_GLOBAL;
	} else if ((rest = after(line, "reduced"))) {
		reduced(rest);
	} else if ((rest = after(line, "invlpg"))) {
		models_invlpg(&models, space, last_address(rest) & ~PAGE_MASK);
	} else if ((rest = after(line, "fault"))) {
		models_fault(&models, space, last_address(rest) & ~PAGE_MASK, false);
	} else if ((rest = after(line, "fault_x"))) {
		models_fault(&models, space, last_address(rest) & ~PAGE_MASK, true);
	} else if ((rest = after(line, "mark"))) {
		rest[strcspn(rest, "\r\n")] = 0;
		models_phase(&models, rest);
	} else if ((rest = after(line, "task"))) {
		task(rest);
	} else {
		wrong("neither a reference nor an event");
	}
}

static void read_trace(void)
{
	char line[LINE_ROOM], *p;

	while (fgets(line, sizeof(line), stdin)) {
		line_number++;
		if (!strchr(line, '\n') && !feof(stdin))
			wrong("too long");
		p = line + strspn(line, " \t");
		if (!strncmp(p, "==", 2) || strchr("\r\n#", *p)) /* a message, nothing, a comment */
			continue;
		if (strchr("xrwILSM", p[0]) && (p[1] == ' ' || p[1] == '\t'))
			reference(p[0], p + 1);
		else
			event(p);
	}
	if (ferror(stdin)) {
		perror("model: the trace");
		exit(1);
	}
}

/* RFC 4180: quotes where there is a comma, a quote or the end of a line. */
static void print_key(const char *key)
{
	const bool quoted = strpbrk(key, ",\"\r\n");

	if (quoted)
		putchar('"');
	for (; *key; key++) {
		if (*key == '"')
			putchar('"');
		putchar(*key);
	}
	if (quoted)
		putchar('"');
}

static void print_row(void *ctx, const struct model_row *row)
{
	unsigned long long accesses = 0;
	int i;

	(void)ctx;
	for (i = 0; i < OUTCOMES; i++)
		accesses += row->counts->n[i];
	printf("%s,%s,", row->model, row->tlb);
	if (row->level)
		printf("%u", row->level);
	printf(",%s,", row->dimension);
	print_key(row->key);
	printf(",%llu", accesses);
	for (i = 0; i < OUTCOMES; i++)
		printf(",%llu", (unsigned long long)row->counts->n[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	char error[512];
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: model MODEL... <TRACE >model.csv\n");
		return 2;
	}
	models_init(&models);
	for (i = 1; i < argc; i++) {
		if (!models_read(&models, argv[i], error, sizeof(error))) {
			fprintf(stderr, "model: %s\n", error);
			return 1;
		}
	}
	if (!models_start(&models))
		wrong("out of memory");
	models_area(&models, "");
	read_trace();
	fputs(MODEL_HEADER, stdout);
	models_rows(&models, print_row, NULL);
	models_free(&models);
	if (fflush(stdout) || ferror(stdout)) {
		perror("model: the rows");
		return 1;
	}
	return 0;
}
