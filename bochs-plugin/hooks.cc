/*
 * hooks.cc - events of Bochs, for the recorder.
 *
 * Bochs has no hook for a TLB fill. It has one for physical accesses that the
 * processor makes by itself, and outside of virtualisation and SMM these are
 * the reads of page walks and the writes of accessed and dirty bits; from them
 * the recorder puts the walks together, and finds the entry that each one made
 * by looking at the TLB afterwards. No patch is needed.
 *
 * Each hook turns its arguments into plain values, calls the recorder, and
 * ends the run if that reports trouble. With no tlbtrace line in bochsrc there
 * is no recorder, and hooks do nothing but drop_half_fetched().
 */
#include "bochs.h"
#include "bxversion.h"
#include "cpu/cpu.h"
#include "gui/siminterface.h"
#include "iodev/iodev.h"
#include "memory/memory-bochs.h"
#include "param_names.h"

extern "C" {
#include "kernel/trace_port.h"
#include "large_pages.h"
}
#include "hooks.h"

#include <signal.h>
#include <string>

static_assert(DTLB_SIZE == BX_DTLB_SIZE && ITLB_SIZE == BX_ITLB_SIZE, "TLB geometry");
static_assert(TLB_SYS_R == TLB_SysReadOK && TLB_USER_R == TLB_UserReadOK &&
		      TLB_SYS_W == TLB_SysWriteOK && TLB_USER_W == TLB_UserWriteOK &&
		      TLB_SYS_X == TLB_SysExecuteOK && TLB_USER_X == TLB_UserExecuteOK &&
		      TLB_GLOBAL == TLB_GlobalPage,
	      "bits of a TLB entry");
static_assert(BX_SMP_PROCESSORS == 1, "one processor");

unsigned char tlbtrace_pending;

static struct options options;
static bool line_given;
static Bit64u rounds; /* see count_rounds */
struct recorder *recorder;
static Bit32u last_cr0, last_cr4;
static int delivering = -1;		    /* vector whose handler has not begun yet */
static volatile sig_atomic_t ending_signal; /* the run was told to end from outside */

/* Changes of PG, WP and PE flush (cpu/crregs.cc, SetCR0). */
#define FLUSHING_CR0_BITS 0x80010001u

/*
 * Bochs's clock of the host, for which the linker puts this in (--wrap, in
 * setup/bochs.sh): the emulated time. Even with `clock: sync=none` a timer goes
 * by the host's clock, that of the GUI's LEDs (gui/gui.cc). It shows nothing
 * here, but where it fires it cuts a fast `rep` in two, and each part counts
 * as an instruction: without this, one run in three differed.
 */
extern "C" Bit64u __wrap_bx_get_realtime64_usec(void);
extern "C" Bit64u __wrap_bx_get_realtime64_usec(void)
{
	return bx_pc_system.time_usec();
}

static unsigned read_linear(void *ctx, uint32_t addr, void *buf, unsigned len);

/*
 * What works while an interrupt or exception is delivered is no instruction of the interrupted
 * program: the place that goes with it is where the handler begins. A task gate names none.
 */
Bit32u acting_eip(void)
{
	Bit16u gate[4];

	if (delivering < 0 || CPU->real_mode() ||
	    read_linear(NULL, (Bit32u)CPU->idtr.base + 8 * (Bit32u)delivering, gate,
			sizeof(gate)) != sizeof(gate))
		return (Bit32u)CPU->prev_rip;
	switch (gate[2] >> 8 & 0x1f) {
	case 0x0e:
	case 0x0f:
		return (Bit32u)gate[3] << 16 | gate[0];
	case 0x06:
	case 0x07:
		return gate[0];
	default:
		return (Bit32u)CPU->prev_rip;
	}
}

static bool view(void *, struct cpu_view *v)
{
	if (CPU->long_mode())
		return false;
	v->icount = CPU->icount;
	v->cpu = 0;
	v->eip = acting_eip();
	v->fetch = (Bit32u)(CPU->sregs[BX_SEG_REG_CS].cache.u.segment.base + CPU->get_eip());
	v->esp = (Bit32u)(CPU->speculative_rsp ? CPU->prev_rsp : CPU->get_reg32(BX_32BIT_REG_ESP));
	v->ebp = CPU->get_reg32(BX_32BIT_REG_EBP);
	v->interrupted = v->eip == (Bit32u)CPU->prev_rip ? 0 : (Bit32u)CPU->prev_rip;
	v->cr3 = (Bit32u)CPU->cr3;
	v->cpl = CPU->sregs[BX_SEG_REG_CS].selector.rpl;
	v->paging = CPU->cr0.get_PG();
	v->wp = CPU->cr0.get_WP();
	v->pse = CPU->cr4.get_PSE();
	v->pae = CPU->cr4.get_PAE();
	v->pge = CPU->cr4.get_PGE();
	if (v->pae)
		for (int i = 0; i < 4; i++)
			v->pdpt[i] = CPU->PDPTR_CACHE.entry[i];
	return true;
}

static void tlb_read(void *, enum tlb_id id, unsigned index, struct tlb_slot *slot)
{
	const bx_TLB_entry *e = id == TLB_D ? &CPU->DTLB.entry[index] : &CPU->ITLB.entry[index];

	slot->valid = e->valid();
	slot->page = (Bit32u)LPFOf(e->lpf);
	slot->bits = e->accessBits;
	slot->mask = e->lpf_mask;
	slot->frame = e->ppf;
}

/*
 * Twice a second a writer thread asks for what was recorded so far. The byte that
 * is looked at before each instruction is set for it, too, as a guest that hangs
 * may give no other event; should an event overwrite it, that one, a far branch
 * or the next request will do.
 */
static bool wanted_on_disk;

static void wake(void *)
{
	__atomic_store_n(&wanted_on_disk, true, __ATOMIC_RELAXED);
	__atomic_store_n(&tlbtrace_pending, 1, __ATOMIC_RELAXED);
}

static void flush_files(void)
{
	if (!__atomic_load_n(&wanted_on_disk, __ATOMIC_RELAXED))
		return;
	__atomic_store_n(&wanted_on_disk, false, __ATOMIC_RELAXED);
	recorder_flush_files(recorder);
}

static void translated(void *, uint64_t phys[2])
{
	phys[0] = CPU->address_xlation.paddress1;
	phys[1] = CPU->address_xlation.paddress2;
}

static unsigned read_linear(void *, uint32_t addr, void *buf, unsigned len)
{
	unsigned done = 0;

	while (done < len) {
		bx_phy_address phy;
		unsigned piece = 4096 - (addr & 4095);

		if (piece > len - done)
			piece = len - done;
		if (!CPU->dbg_xlate_linear2phy(addr, &phy) ||
		    !BX_MEM(0)->dbg_fetch_mem(CPU, phy, piece, (Bit8u *)buf + done))
			break;
		addr += piece;
		done += piece;
	}
	return done;
}

static unsigned read_phys(void *, uint64_t addr, void *buf, unsigned len)
{
	return BX_MEM(0)->dbg_fetch_mem(CPU, addr, len, (Bit8u *)buf) ? len : 0;
}

/*
 * Where guest memory lies on the host, for pages that hold paging structures. Bochs moves memory
 * only if it was given less of the host's than the guest has; below 1 MiB, ROM and RAM swap.
 */
static struct {
	bx_phy_address page;
	const Bit8u *host;
} host_pages[256];
static bool memory_stays;

static const Bit8u *host_address(bx_phy_address phy)
{
	const bx_phy_address page = phy >> 12;
	auto *h = &host_pages[page % 256];

	if (h->host && h->page == page)
		return h->host + (phy & 4095);
	const Bit8u *host = BX_MEM(0)->getHostMemAddr(CPU, phy, BX_READ);
	if (host && memory_stays && page >= 256) {
		h->page = page;
		h->host = host - (phy & 4095);
	}
	return host;
}

/* Reads an entry of a paging structure; one outside of memory reads as it does for the CPU. */
static Bit64u read_entry(bx_phy_address phy, unsigned len)
{
	const Bit8u *host = host_address(phy);
	Bit64u value = 0;

	if (host && len == 4)
		return *(const Bit32u *)host;
	if (host && len == 8)
		return *(const Bit64u *)host;
	if (!BX_MEM(0)->dbg_fetch_mem(CPU, phy, len, (Bit8u *)&value))
		value = len == 8 ? ~(Bit64u)0 : 0xffffffff;
	return value;
}

/* Ends the run if the recorder cannot go on. The message comes with tlbtrace_exit_env. */
void look_for_trouble(void)
{
	tlbtrace_pending = recorder_pending(recorder) || delivering >= 0;
	if (recorder->stale)
		watch_adjust();
	if (!recorder->trouble[0])
		return;
	tlbtrace_pending = 0;
	bx_user_quit = 1;
	bx_atexit();
	BX_EXIT(1);
}

[[noreturn]] static void refuse(const char *message)
{
	fprintf(stderr, "tlbtrace: %s\n", message);
	exit(1);
}

static Bit32s parse_line(const char *, int count, char *params[])
{
	char error[512];
	std::string text;

	for (int i = 1; i < count; i++)
		text += std::string(params[i]) + ","; // a variable in bochsrc may be empty
	if (!options_parse(&options, text.c_str(), error, sizeof(error)))
		refuse(error);
	line_given = true;
	return 0;
}

void tlbtrace_init_env(void)
{
	options_init(&options);
	SIM->register_addon_option("tlbtrace", parse_line, NULL);
}

static void put_facts(void)
{
	char number[32];

	recorder_fact(recorder, "format", "1");
	recorder_fact(recorder, "bochs", VERSION);
	recorder_fact(recorder, "cpu_model", SIM->get_param_enum(BXPN_CPU_MODEL)->get_selected());
	snprintf(number, sizeof(number), "%d", (int)SIM->get_param_num(BXPN_MEM_SIZE)->get64());
	recorder_fact(recorder, "memory_mib", number);
	snprintf(number, sizeof(number), "%u", SIM->get_param_num(BXPN_IPS)->get());
	recorder_fact(recorder, "ips", number);
	memory_stays = SIM->get_param_num(BXPN_HOST_MEM_SIZE)->get64() >=
		       SIM->get_param_num(BXPN_MEM_SIZE)->get64();
}

/* The time that Bochs's devices live in. */
static uint64_t usec(void *)
{
	return bx_pc_system.time_usec();
}

/* Bochs hands its memory out from the beginning, and block 0 is in use already. */
static void use_large_pages(void)
{
	Bit8u *start = BX_MEM(0)->getHostMemAddr(CPU, 0, BX_READ);

	if (start && memory_stays)
		large_advise(start, BX_MEM(0)->get_memory_len());
}

void tlbtrace_initialize(void)
{
	const struct machine machine = {
		NULL,
		view,
		tlb_read,
		translated,
		read_linear,
		read_phys,
		(const uint64_t *)&CPU->icount,
		(const uint64_t *)&rounds,
		usec,
		wake,
	};

	if (recorder || !line_given)
		return;
	recorder = (struct recorder *)calloc(1, sizeof(*recorder));
	if (!recorder)
		refuse("out of memory");
	put_facts();
	use_large_pages();
#ifndef TLBTRACE_REFS
	if (options.model_count || options.check_stale || options.refs_k)
		refuse("model=, refs and check=stale: this Bochs does not tell each reference; the "
		       "one "
		       "that does is made by `setup/bochs.sh refs`");
#endif
	if (!recorder_open(recorder, &options, &machine))
		refuse(recorder->trouble);
}

void tlbtrace_exit_env(void)
{
	if (!recorder)
		return;
	refs_wanted(false);
	delivering = -1; /* the guest's memory is gone */
	/* Nobody sits at the emulator's buttons: else only the guest's own power-off sets this. */
	recorder->powered_off = bx_user_quit && !ending_signal && !recorder->trouble[0];
	recorder->signal = ending_signal;
	if (!recorder_close(recorder))
		fprintf(stderr, "tlbtrace: recording incomplete: %s\n", recorder->trouble);
	recorder_free(recorder);
	free(recorder);
	recorder = NULL;
	tlbtrace_pending = tlbtrace_watch = 0;
}

void tlbtrace_reset(void)
{
	last_cr0 = last_cr4 = 0;
	delivering = -1;
	refs_wanted(false);
	if (!recorder)
		return;
	recorder_reset(recorder);
	look_for_trouble();
}

void tlbtrace_settle(void)
{
	recorder_settle(recorder);
	delivering = -1;
	watch_fetch();
	flush_files();
	look_for_trouble();
}

void tlbtrace_phy_access(bx_phy_address phy, unsigned len, unsigned rw)
{
	if (!recorder || !CPU->cr0.get_PG())
		return;	 /* without paging there are no walks */
	if (CPU->in_smm) /* the state is saved; the flush comes after it */
		recorder_settle(recorder);
	else if (rw == BX_READ)
		recorder_read(recorder, phy, len, read_entry(phy, len));
	else
		recorder_write(recorder, phy, read_entry(phy, len));
	look_for_trouble();
}

/*
 * Rounds of `rep` instructions that Bochs counts as instructions of their own: all but the first.
 * Its two loops are functions that other files call, and the linker puts these in their place, so
 * that a round itself costs nothing. An event (a timer's, say) makes the loop end early, and the
 * same instruction begins again at once: that is a round too. An exception leaves by longjmp.
 */
static bool in_rep;
static Bit64u rep_began, rep_ended;
static Bit32u rep_eip;

static void end_rep(void)
{
	if (in_rep)
		rounds += CPU->icount - rep_began;
	in_rep = false;
}

static void count_rounds(bxInstruction_c *i, BxRepIterationPtr_tR execute,
			 void (*real)(bxInstruction_c *, BxRepIterationPtr_tR))
{
	rep_began = CPU->icount;
	if (rep_began == rep_ended && rep_eip == (Bit32u)CPU->prev_rip)
		rounds++;
	rep_eip = (Bit32u)CPU->prev_rip;
	in_rep = true;
	real(i, execute);
	end_rep();
	rep_ended = CPU->icount + 1;
}

extern "C" {
#define REPEAT	  _ZN8BX_CPU_C6repeatEP15bxInstruction_cPFvS1_E
#define REPEAT_ZF _ZN8BX_CPU_C9repeat_ZFEP15bxInstruction_cPFvS1_E
void REAL(REPEAT)(bxInstruction_c *i, BxRepIterationPtr_tR execute);
void WRAP(REPEAT)(bxInstruction_c *i, BxRepIterationPtr_tR execute);
void REAL(REPEAT_ZF)(bxInstruction_c *i, BxRepIterationPtr_tR execute);
void WRAP(REPEAT_ZF)(bxInstruction_c *i, BxRepIterationPtr_tR execute);

void WRAP(REPEAT)(bxInstruction_c *i, BxRepIterationPtr_tR execute)
{
	count_rounds(i, execute, REAL(REPEAT));
}

void WRAP(REPEAT_ZF)(bxInstruction_c *i, BxRepIterationPtr_tR execute)
{
	count_rounds(i, execute, REAL(REPEAT_ZF));
}
}

/* An exception may come in the middle of delivering another: that one's handler never begins. */
void tlbtrace_exception(unsigned vector, unsigned error_code)
{
	drop_half_fetched();
	if (!recorder)
		return;
	end_rep();
	delivering = -1;
	if (vector == 14) { /* the walk becomes the fault before anything else is settled */
		recorder_fault(recorder, (Bit32u)CPU->cr2, error_code);
		refs_fetched_half((Bit32u)CPU->cr2);
	}
	delivering = (int)vector;
	look_for_trouble();
}

/* An interrupt from outside. INT has no call here: the accesses are that instruction's own. */
void tlbtrace_interrupt(unsigned vector)
{
	if (!recorder)
		return;
	recorder_settle(recorder);
	delivering = (int)vector;
	look_for_trouble();
}

/*
 * Bochs's own handler would leave by longjmp from wherever the signal came in,
 * be it the middle of the recorder with a lock held. This one lets the CPU loop
 * come to its end behind the instruction in work.
 */
static void end_at_signal(int number)
{
	ending_signal = number;
	bx_pc_system.kill_bochs_request = 1;
	CPU->async_event |= 1;
}

/* Bochs sets its handler last of all before the first instruction, so this comes after it. */
static void take_signals(void)
{
	static bool taken;

	if (taken)
		return;
	taken = true;
	signal(SIGINT, end_at_signal);
	signal(SIGTERM, end_at_signal);
	/* Bochs logs its speed each second; within a line of the log it would wait for itself. */
	signal(SIGALRM, SIG_IGN);
}

/*
 * The processor's end, which Bochs calls before it gives the guest's memory back; the linker puts
 * this in its place, as above. Only now is a run that was ended from outside at a standstill.
 */
extern "C" {
void __real__ZN8BX_CPU_C6atexitEv(void);
void __wrap__ZN8BX_CPU_C6atexitEv(void);

void __wrap__ZN8BX_CPU_C6atexitEv(void)
{
	const struct stopped_cpu stopped = {
		(Bit32u)CPU->get_eip(),
		CPU->get_reg32(BX_32BIT_REG_EBP),
		CPU->sregs[BX_SEG_REG_CS].selector.rpl,
	};

	if (recorder && ending_signal)
		waiting_write(recorder, &stopped);
	__real__ZN8BX_CPU_C6atexitEv();
}
}

/* The first instruction of all, at the reset vector, is a far jump. */
void tlbtrace_far_branch(unsigned what)
{
	if (!recorder || what == BX_INSTR_IS_INT || what == BX_INSTR_IS_SYSENTER)
		return;
	take_signals();
	recorder_return(recorder, CPU->sregs[BX_SEG_REG_CS].selector.rpl, CPU->get_eip(),
			CPU->get_reg32(BX_32BIT_REG_ESP));
	flush_files();
	look_for_trouble();
}

/* Of everything, or of what CR4.PGE leaves to the global pages. */
static void flush(enum flush_reason reason, bool may_keep)
{
	recorder_flush(recorder, reason, !may_keep || !CPU->cr4.get_PGE(), (Bit32u)CPU->cr3);
}

/* CR0, CR3, CR4 and task switches come here after the flush, INVLPG before it. */
void tlbtrace_tlb_cntrl(unsigned what, bx_phy_address value)
{
	const Bit32u cr0 = CPU->cr0.get32(), cr4 = CPU->cr4.get32();
	const Bit32u cr0_changed = cr0 ^ last_cr0, cr4_changed = cr4 ^ last_cr4;
	const bool paging = (cr0 | last_cr0) & BX_CR0_PG_MASK;

	last_cr0 = cr0;
	last_cr4 = cr4;
	if (!recorder)
		return;
	refs_wanted(CPU->cr0.get_PG() && !CPU->in_smm);
	if (CPU->in_smm && CPU->cr0.get_PG())
		recorder_trouble(recorder, "the guest has turned on paging in system management "
					   "mode: this version does not record that");
	else if (what == BX_INSTR_CONTEXT_SWITCH &&
		 paging) /* into system management mode or back */
		flush(FLUSH_EMULATOR, false);
	else if (what == BX_INSTR_INVLPG && CPU->cr0.get_PG())
		recorder_invlpg(recorder, (Bit32u)value);
	else if (what == BX_INSTR_MOV_CR3 && !paging)
		recorder_cr3(recorder, (Bit32u)value);
	else if (what == BX_INSTR_MOV_CR3)
		flush(FLUSH_CR3, true);
	else if (what == BX_INSTR_TASK_SWITCH)
		flush(FLUSH_TASK, true);
	else if (what == BX_INSTR_MOV_CR4 && paging && (cr4_changed & BX_CR4_FLUSH_TLB_MASK))
		flush(FLUSH_CR4, false);
	else if (what == BX_INSTR_MOV_CR0 && paging && (cr0_changed & FLUSHING_CR0_BITS))
		flush(FLUSH_CR0, false);
	look_for_trouble();
}

static void port_write(void *, Bit32u, Bit32u, unsigned)
{
}

/*
 * The interrupt flag. Bochs has no hook for it, but it tells itself of each change in one function,
 * called from all files but its own, and there from the function that POPF and IRET come to. The
 * linker puts these two in their place, as above.
 */
static void look_at_interrupt_flag()
{
	static bool on;

	if (!recorder || on == !!CPU->get_IF())
		return;
	on = !on;
	recorder_interrupts(recorder, on, (Bit32u)CPU->prev_rip);
}

extern "C" {
void __real__ZN8BX_CPU_C25handleInterruptMaskChangeEv(void);
void __wrap__ZN8BX_CPU_C25handleInterruptMaskChangeEv(void);
void __real__ZN8BX_CPU_C11writeEFlagsEjj(Bit32u flags, Bit32u mask);
void __wrap__ZN8BX_CPU_C11writeEFlagsEjj(Bit32u flags, Bit32u mask);

void __wrap__ZN8BX_CPU_C25handleInterruptMaskChangeEv(void)
{
	__real__ZN8BX_CPU_C25handleInterruptMaskChangeEv();
	look_at_interrupt_flag();
}

void __wrap__ZN8BX_CPU_C11writeEFlagsEjj(Bit32u flags, Bit32u mask)
{
	__real__ZN8BX_CPU_C11writeEFlagsEjj(flags, mask);
	look_at_interrupt_flag();
}
}

/* The OUT has not been done yet, so its registers are as the guest has set them. */
void tlbtrace_outp(unsigned addr)
{
	static bool registered;

	if (!recorder || addr != TRACE_PORT)
		return;
	if (!registered) /* else Bochs would log each hint as a write to an unknown port */
		registered = DEV_register_iowrite_handler(NULL, port_write, TRACE_PORT,
							  "tlbtrace hints", 4);
	const struct hint hint = {
		CPU->get_reg32(BX_32BIT_REG_EAX), CPU->get_reg32(BX_32BIT_REG_EBX),
		CPU->get_reg32(BX_32BIT_REG_ECX), CPU->get_reg32(BX_32BIT_REG_ESI),
		CPU->get_reg32(BX_32BIT_REG_EDI),
	};
	recorder_hint(recorder, &hint);
	look_for_trouble();
}
