/*
 * trace_port.h - what the guest kernel tells the Bochs plugin.
 *
 * The one header that kernel and plugin share. A hint is a single 32-bit OUT
 * to a port that no PC device claims: on real hardware and on QEMU it does
 * nothing. EAX holds the operation; EBX, ECX, ESI and EDI its arguments. The
 * plugin sees the OUT through its port hook and reads the registers there.
 * Pointers are linear addresses, valid in the address space of the moment and
 * already present (the plugin translates them and never faults). Strings end
 * in NUL and are at most TRACE_STR_MAX bytes with it.
 *
 *   operation        EBX             ECX            ESI             EDI
 *   HELLO            TRACE_VERSION   page size      banner string   -
 *   SWITCH           pid             tgid           cr3             name string
 *   FORK             child pid       child tgid     child cr3       name string
 *   CLONE            (as FORK, when the address space is shared)
 *   EXEC             pid             tgid           new cr3         name string
 *   EXIT             pid             tgid           cr3             wait status
 *   FAULT            enum cause      1 = major      CR2 of fault    area name string, or 0
 *   VMA              enum vma_event  -              struct trace_vma  -
 *   MARK             pid             -              label string    -
 *   COUNTER          value low       value high     name string     -
 *   OUTPUT           1 or 2          byte count     first byte      -
 *   FINISH           enum selftest   prog_status    -               -
 *   RESCHED          its eip, or 0   -              -               -
 *   PANIC            pid             -              message string  -
 *   TASKS            -               -              struct trace_tasks  -
 *   IO               enum io_event   number         struct trace_io -
 *   RECLAIM          enum trace_reclaim_event  enum trace_reclaim_why  see there  value
 *   FRAMES           -               -              struct trace_frames  -
 *   WINDOW           start           end            who asked       -
 *
 * RESCHED: the running task must give way to another one that could run. The
 * plugin counts the instructions from there to the next SWITCH; it may be said
 * again in between.
 *
 * IO: a piece of work for a block device was handed in, begun, and is done; the number is the same
 * all three times. ESI is 0 but for the last, which tells everything.
 *
 * RECLAIM: a page was judged, left memory or came back (ESI: struct trace_page), somebody began or
 * ended to free memory (ESI: struct trace_page of which only node and owner count), or the state of
 * a zone (ESI: struct trace_zone).
 *
 * SWITCH comes before the load of CR3 that belongs to it, so that what the load
 * does stands under the new task.
 *
 * FAULT is sent once for each page fault, by its handler, before the return
 * (or before the death of the task): it says why. FINISH is the last word of
 * an orderly run; a recording without it is incomplete. PANIC is the kernel's
 * word that it gave up, and why; the first one counts. What programs print can
 * say neither. TASKS says once where the kernel keeps its tasks: a run that is
 * ended from outside is told by what they wait for. FRAMES says once where it keeps the descriptors
 * of page frames, and WINDOW who has addresses of the vmalloc window from now on: so the plugin can
 * tell what a page of the kernel's is.
 */
#ifndef KERNEL_TRACE_PORT_H
#define KERNEL_TRACE_PORT_H

#define TRACE_PORT	  0x6d20
#define TRACE_VERSION	  1
#define TRACE_STR_MAX	  256
#define TRACE_OUTPUT_MAX  65536	      /* bytes in one OUTPUT hint */
#define TRACE_STATUS_NONE 0xffffffffu /* FINISH when no program was run */

/* FINISH: what became of the self-test. */
enum trace_selftest {
	TRACE_SELFTEST_OK,
	TRACE_SELFTEST_FAILED,
	TRACE_SELFTEST_NONE /* no suite was asked for */
};

/* The high half is a signature, so that a guest's stray OUT is not taken for a hint. */
enum trace_op {
	TRACE_HELLO = 0x50470001,
	TRACE_SWITCH,
	TRACE_FORK,
	TRACE_CLONE,
	TRACE_EXEC,
	TRACE_EXIT,
	TRACE_FAULT,
	TRACE_VMA,
	TRACE_MARK,
	TRACE_COUNTER,
	TRACE_OUTPUT,
	TRACE_FINISH,
	TRACE_RESCHED,
	TRACE_PANIC,
	TRACE_TASKS,
	TRACE_IO,
	TRACE_RECLAIM,
	TRACE_FRAMES,
	TRACE_WINDOW,
	TRACE_OP_END
};

/* What the kernel found a page fault to be. The order is part of the protocol. */
enum trace_cause {
	TRACE_CAUSE_NONE,
	TRACE_CAUSE_ANON_ZERO,	  /* read of an untouched anonymous page: the zero page */
	TRACE_CAUSE_ANON,	  /* first write of an anonymous page */
	TRACE_CAUSE_FILE,	  /* file page mapped from the page cache */
	TRACE_CAUSE_FILE_COW,	  /* first write of a private file page: copied */
	TRACE_CAUSE_SHARED,	  /* write to a shared mapping */
	TRACE_CAUSE_COW,	  /* write to a shared frame: copied */
	TRACE_CAUSE_COW_REUSE,	  /* write by the last owner: made writable */
	TRACE_CAUSE_STACK,	  /* the stack grew */
	TRACE_CAUSE_SWAP,	  /* read back from the swap area */
	TRACE_CAUSE_SWAP_CACHE,	  /* found in the swap cache */
	TRACE_CAUSE_VMALLOC_SYNC, /* kernel directory entry copied */
	TRACE_CAUSE_MIGRATION,	  /* waited for a page being moved */
	TRACE_CAUSE_SPURIOUS,	  /* the entry already allowed it; or killed before the page came */
	TRACE_CAUSE_FIXUP,	  /* kernel access to a bad user address: -EFAULT */
	TRACE_CAUSE_SIGSEGV,
	TRACE_CAUSE_SIGBUS,
	TRACE_CAUSE_OOM,
	TRACE_CAUSE_PANIC,
	TRACE_CAUSE_END
};

/* Names as they stand in faults.csv, indexed by enum trace_cause. */
#define TRACE_CAUSE_NAMES                                                          \
	{                                                                          \
		"",	      "anon_zero",    "anon",	   "file",     "file_cow", \
		"shared",     "cow",	      "cow_reuse", "stack",    "swap",     \
		"swap_cache", "vmalloc_sync", "migration", "spurious", "fixup",    \
		"sigsegv",    "sigbus",	      "oom",	   "panic"}

enum trace_vma_event {
	TRACE_VMA_MAP,
	TRACE_VMA_UNMAP,
	TRACE_VMA_CHANGE, /* protection, flags or bounds of an area that stays */
};

/*
 * One area. CHANGE carries the area as it is now; its old self is the area
 * that holds `start` or touches [start, end). Protection bits and flags are
 * Linux's PROT_ and MAP_SHARED/PRIVATE/GROWSDOWN values.
 */
struct trace_vma {
	unsigned int pid; /* tgid of the owner */
	unsigned int start;
	unsigned int end; /* first byte after */
	unsigned int prot;
	unsigned int flags;
	unsigned int offset; /* pages into the file */
	unsigned int name;   /* linear address of the name string, or 0 */
};

/*
 * Where the kernel keeps its tasks. Addresses are linear ones of the kernel's half; "in a task" and
 * "in the registers" are offsets in bytes. All fields of a task are 32 bits, but for its name.
 */
struct trace_tasks {
	unsigned int size;	/* of this structure; more may be appended */
	unsigned int page_dir;	/* physical address of the directory that maps the kernel's half */
	unsigned int running;	/* of the pointer to the task that runs */
	unsigned int list;	/* of the head of the list of all tasks: {next, previous} */
	unsigned int task_list; /* in a task: its {next, previous} there */
	unsigned int task_pid, task_tgid, task_state;
	unsigned int task_name, name_size; /* bytes, NUL only where there is room */
	unsigned int states; /* of a string: the letter that /proc/PID/stat has for each state */
	unsigned int task_stack; /* in a task: the lowest address of its kernel stack ... */
	unsigned int stack_size; /* ... which begins and ends at multiples of this */
	unsigned int task_esp;	 /* in a task: its ESP while others run ... */
	unsigned int esp_frame;	 /* ... and from there to its EBP and its return address */
	/* The registers at the entry from user mode end at the top of the stack. */
	unsigned int regs_size;
	unsigned int regs_call; /* number of the system call, or ~vector */
	unsigned int regs_args; /* its first three arguments */
	unsigned int regs_eip, regs_cs;
	unsigned int calls, nr_calls; /* of a table of strings: names of the system calls, or 0 */
	unsigned int sched_start, sched_end; /* the scheduler's own code: none waits in there */
	unsigned int regs_ebp;
	/* The code that saves the registers, calls C with their address and loads them again. */
	unsigned int entry_start, entry_end;
};

/* Frames whose descriptors lie one after the other in the direct map. */
struct trace_frame_run {
	unsigned int first, frames; /* numbers of frames */
	unsigned int pages;	    /* linear address of the first one's descriptor */
};

/* Where a zone counts its free blocks. */
struct trace_zone_at {
	unsigned int node, zone; /* indices */
	unsigned int free;	 /* linear address, in the direct map, of the count of order 0 */
};

/* What the kernel knows of page frames. */
struct trace_frames {
	unsigned int size;	    /* of this structure; more may be appended */
	unsigned int page_offset;   /* linear address of frame 0 in the direct map ... */
	unsigned int direct_bytes;  /* ... which is so long */
	unsigned int runs, nr_runs; /* linear address of struct trace_frame_run[], how many */
	unsigned int page_size;	    /* bytes of a descriptor (struct page) */
	/* In a descriptor: its flags; what it is mapped by; of a slab, its cache. */
	unsigned int flags, mapping, cache;
	/* Bits of flags. Of mapping, bit 0 is set in an anonymous page and bit 1 in the kernel's.
	 */
	unsigned int slab, table, reserved, buddy, swap_cache, swap_backed;
	unsigned int cache_name;	   /* in a cache: of the pointer to its name */
	unsigned int zones, nr_zones;	   /* linear address of struct trace_zone_at[], how many */
	unsigned int nr_orders, area_size; /* orders, and bytes from one's count to the next's */
};

/* IO: what has become of it. */
enum trace_io_event {
	TRACE_IO_QUEUED,
	TRACE_IO_STARTED,
	TRACE_IO_DONE
};

/* Why a block device is asked for something. The order is part of the protocol. */
enum trace_io_why {
	TRACE_IO_RAW,	    /* the device itself is read or written */
	TRACE_IO_READ,	    /* a page of a file that somebody waits for */
	TRACE_IO_READAHEAD, /* one that nobody has asked for yet */
	TRACE_IO_WRITEBACK, /* a dirty page of a file */
	TRACE_IO_METADATA,  /* the file system's own blocks */
	TRACE_IO_SWAP_IN,
	TRACE_IO_SWAP_OUT,
	TRACE_IO_FLUSH, /* the drive is to empty its cache */
	TRACE_IO_WHY_END
};

/* Names as they stand in io.csv, indexed by enum trace_io_why. */
#define TRACE_IO_WHY_NAMES \
	{"raw", "read", "readahead", "writeback", "metadata", "swap_in", "swap_out", "flush"}

/* What was done. */
struct trace_io {
	unsigned int device;  /* of the whole disk: (major << 8) | minor */
	unsigned int sector;  /* on that */
	unsigned int sectors; /* 0: flush */
	unsigned int pages;   /* pieces of memory, each within a page */
	unsigned int write;   /* 1: from memory to the disk */
	unsigned int why;     /* enum trace_io_why */
	unsigned int
		command; /* number of the drive's command, the same for all that it did at once */
	unsigned int merged; /* how many that were */
	unsigned int error;  /* errno, or 0 */
};

/*
 * RECLAIM: what has happened. Each page that is taken off an inactive list to be looked at ends as
 * one of the first four, and nothing else does.
 */
enum trace_reclaim_event {
	TRACE_RECLAIM_KEEP,	   /* back on the inactive list */
	TRACE_RECLAIM_ACTIVATE,	   /* on the active one */
	TRACE_RECLAIM_UNEVICTABLE, /* on the one of pages that must stay */
	TRACE_RECLAIM_DROP,	   /* the frame is free */
	TRACE_RECLAIM_ROTATE,	   /* an active page stays active */
	TRACE_RECLAIM_DEACTIVATE,  /* an active page becomes inactive */
	TRACE_RECLAIM_SWAP_OUT,	   /* the page has a slot from now on */
	TRACE_RECLAIM_WRITE,	   /* its contents are handed to the disk */
	TRACE_RECLAIM_SWAP_IN,	   /* a frame gets what a slot has */
	TRACE_RECLAIM_REFAULT,	   /* a file's page comes back; value: distance */
	TRACE_RECLAIM_PAGE_EVENTS, /* those above are of one page */
	TRACE_RECLAIM_KSWAPD_WAKE = TRACE_RECLAIM_PAGE_EVENTS,
	TRACE_RECLAIM_KSWAPD_SLEEP, /* value: frames that it freed */
	TRACE_RECLAIM_DIRECT,	    /* whoever needs memory frees some; value: order asked for */
	TRACE_RECLAIM_DIRECT_END,   /* value: frames that it freed */
	TRACE_RECLAIM_OOM,	    /* a process is killed: owner; value: its badness */
	TRACE_RECLAIM_STATE,	    /* of one zone */
	TRACE_RECLAIM_EVENT_END
};

/* Names as they stand in reclaim.csv, indexed by enum trace_reclaim_event. */
#define TRACE_RECLAIM_EVENT_NAMES                                                           \
	{"keep",     "activate",   "unevictable", "drop",    "rotate",	    "deactivate",   \
	 "swap_out", "write",	   "swap_in",	  "refault", "kswapd_wake", "kswapd_sleep", \
	 "direct",   "direct_end", "oom",	  "state"}

/* Why. The order is part of the protocol. */
enum trace_reclaim_why {
	TRACE_WHY_NONE,
	TRACE_WHY_REFERENCED, /* used since the last look */
	TRACE_WHY_LOCKED,     /* somebody is at work on it */
	TRACE_WHY_WRITEBACK,  /* being written */
	TRACE_WHY_DIRTY,      /* it must be written, and may not be now */
	TRACE_WHY_MAPPED,     /* mapped anew */
	TRACE_WHY_BUSY,	      /* somebody else holds it */
	TRACE_WHY_GONE,	      /* its file has lost it */
	TRACE_WHY_MLOCKED,
	TRACE_WHY_NO_SLOT, /* no swap area has room for it, or may be asked now */
	TRACE_WHY_IO_ERROR,
	TRACE_WHY_AHEAD,      /* nobody has asked for it yet */
	TRACE_WHY_WORKINGSET, /* it came back so soon that it must be in use */
	TRACE_WHY_ADVISED,    /* a process asked for it */
	TRACE_WHY_POLICY,     /* the order of the policy's own */
	TRACE_RECLAIM_WHY_END
};

/* Names as they stand in reclaim.csv, indexed by enum trace_reclaim_why. */
#define TRACE_RECLAIM_WHY_NAMES                                                 \
	{                                                                       \
		"",	    "referenced", "locked",	"writeback", "dirty",   \
		"mapped",   "busy",	  "gone",	"mlocked",   "no_slot", \
		"io_error", "ahead",	  "workingset", "advised",   "policy"}

enum trace_page_kind {
	TRACE_PAGE_ANON,
	TRACE_PAGE_FILE,
	TRACE_PAGE_SHMEM,
	TRACE_PAGE_KIND_END
};

#define TRACE_PAGE_KIND_NAMES {"anon", "file", "shmem"}
#define TRACE_ZONE_NAMES      {"DMA", "Normal", "HighMem", "Movable"}

/* A page frame and what it holds. */
struct trace_page {
	unsigned int node, zone; /* indices */
	unsigned int frame;	 /* number */
	unsigned int kind;	 /* enum trace_page_kind */
	unsigned int owner;	 /* tgid of one that maps it, or 0 */
	unsigned int address;	 /* of that one; page-aligned */
	unsigned int dev, inode; /* of its file; dev 0: no inode, just a number; both 0: none */
	unsigned int index;	 /* page of that */
	unsigned int area, slot; /* where it is on a swap area; slot 0: nowhere */
};

/* A zone at one moment, in frames. */
struct trace_zone {
	unsigned int node, zone; /* indices */
	unsigned int free, min, low, high;
	unsigned int inactive_anon, active_anon, inactive_file, active_file, unevictable;
	unsigned int swap_used; /* slots of all swap areas */
};

#endif
