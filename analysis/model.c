/*
 * model.c - what-if TLBs, offline: build/host/model MODEL... <TRACE >model.csv
 *
 * The models are files as for TRACE=model=FILE (FORMAT.md). The trace is text, a reference or an
 * event a line:
 *
 *   x|r|w ADDR[,SIZE] [k] [g] [4M]   fetch, read or write; by the kernel (k), of a page that is
 *                                    global (g) or one of 4 MiB (4M)
 *   cr3 N                            address space N is loaded; it begins with 1
 *   flush                            everything goes
 *   invlpg ADDR                      one page goes,
 *   fault ADDR                       or goes because its entry was too weak
 *   mark LABEL                       a phase begins
 *   task PID [NAME]                  a task runs
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

static void put(uint32_t page, unsigned int kind)
{
	const struct model_ref ref = {
		.page = page & ~PAGE_MASK,
		.space = space,
		.eip = eip,
		.pid = pid,
		.kind = (uint8_t)kind,
		.allowed = 0x0f,
	};

	if (!models_again(&models, ref.page, kind))
		models_ref(&models, &ref);
	if (models.no_memory)
		wrong("out of memory");
}

static unsigned int read_flags(char *text)
{
	unsigned int kind = REF_USER;
	char *word;

	for (word = strtok(text, " \t\r\n"); word; word = strtok(NULL, " \t\r\n")) {
		if (!strcmp(word, "k"))
			kind &= ~REF_USER;
		else if (!strcmp(word, "g"))
			kind |= REF_GLOBAL;
		else if (!strcmp(word, "4M"))
			kind |= REF_LARGE;
		else
			wrong("there are k, g and 4M behind an address");
	}
	return kind;
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
	uint32_t addr, last;
	unsigned int kind;
	char *end;

	addr = hex(text, &end);
	if (*end == ',')
		size = strtoul(end + 1, &end, 10);
	if (!size || size > 4096)
		wrong("a size from 1 to 4096 is right");
	kind = read_flags(end);
	if (strchr("xI", what)) {
		kind |= REF_CODE;
		eip = addr;
	}
	if (strchr("wSM", what))
		kind |= REF_WRITE;
	put(addr, kind);
	put_line(addr, kind & REF_CODE);
	last = addr + (uint32_t)size - 1;
	if (models.line_shift && (addr ^ last) >> models.line_shift)
		put_line(last, kind & REF_CODE);
	if ((addr ^ last) & ~PAGE_MASK)
		put(last, kind);
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

	space = (uint32_t)strtoul(text, NULL, 10) + SPACE_GLOBAL;
	if (space <= SPACE_GLOBAL)
		wrong("address spaces have numbers from 1 on");
	models_flush(&models, MODELS_CR3, false, from, space);
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
	} else if ((rest = after(line, "invlpg"))) {
		models_invlpg(&models, space, last_address(rest) & ~PAGE_MASK);
	} else if ((rest = after(line, "fault"))) {
		models_fault(&models, space, last_address(rest) & ~PAGE_MASK, false);
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
