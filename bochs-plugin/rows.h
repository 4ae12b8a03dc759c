/* rows.h - the rows of each CSV file, as the contract has them. */
#ifndef TLBTRACE_ROWS_H
#define TLBTRACE_ROWS_H

#include "recorder.h"
#include "resolve.h"
#include "kernel/trace_port.h"

#define TLB_HEADER                                                                              \
	"icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted," \
	"dropped_by\n"
#define FAULTS_HEADER                                                                       \
	"icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma," \
	"rounds,before,after\n"
#define TASKS_HEADER   "icount,cpu,event,pid,tgid,cr3,name\n"
#define VMAS_HEADER    "icount,event,pid,start,end,prot,flags,offset,name\n"
#define MARKS_HEADER   "icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs\n"
#define LATENCY_HEADER "icount,kind,instructions,pid,eip,end_eip\n"
#define WAITING_HEADER "pid,tgid,name,state,call,number,args,eip,kernel\n"
#define IO_HEADER                                                                            \
	"icount,queued,started,wait,service,pid,device,sector,sectors,pages,rw,why,command," \
	"merged,"                                                                            \
	"error\n"
#define USES_HEADER "page,use,fills\n"
#define RECLAIM_HEADER                                                                        \
	"icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason,value," \
	"free,min,low,high,inactive_anon,active_anon,inactive_file,active_file,unevictable,"  \
	"swap_used\n"

#define REFS_HEADER "icount,event,mode,page,size,global,allows,space,pid,eip,refs\n"

#define STALE_HEADER                                                                      \
	"icount,pid,eip,access,mode,page,kind,held_by,cached,memory,changed,changed_pid," \
	"changed_eip\n"

#define BUDDY_HEADER                                                                       \
	"icount,node,zone,order0,order1,order2,order3,order4,order5,order6,order7,order8," \
	"order9,order10\n"
#define STACKS_HEADER "stack,pid,faults,fills,end,chain,called\n"

/* row_fill - @event: one of the first five. @evicted: entry that lost its place, or NULL. */
void row_fill(struct recorder *r, const struct arrival *a, enum tlb_event event,
	      const struct tlb_entry *evicted, enum drop drop);
void row_flush(struct recorder *r, const struct cpu_view *view, enum flush_reason reason,
	       bool global_too, uint32_t cr3);
void row_invlpg(struct recorder *r, const struct cpu_view *view, enum flush_reason reason,
		uint32_t page);
void row_fault(struct recorder *r, const struct fault *f);
void row_task(struct recorder *r, const struct cpu_view *view, const char *event, uint32_t pid,
	      uint32_t tgid, uint32_t cr3, const char *name);
void row_vma(struct recorder *r, uint64_t icount, const char *event, const struct trace_vma *vma,
	     const char *name);
void row_mark(struct recorder *r, uint64_t icount, uint32_t pid, const char *label);
/* row_io - @done: now. @io: as it was under way; without a number, its moments are not known. */
void row_io(struct recorder *r, const struct trace_io *what, const struct io *io, bool known,
	    struct io_moment done);
/* row_reclaim - @at: of a page (with a frame) or of a node; row_zone - the state of a zone. */
struct reclaim_row {
	uint64_t icount;
	enum trace_reclaim_event event;
	enum trace_reclaim_why why;
	uint32_t value;
};
void row_reclaim(struct recorder *r, const struct reclaim_row *row, const struct trace_page *at);
void row_zone(struct recorder *r, uint64_t icount, const struct trace_zone *zone);
void row_buddy(struct recorder *r, uint64_t icount, const struct buddy_zone *zone);
/* row_stack - @words: of @seen; of STACK_LOST there are none. */
void row_stack(struct recorder *r, unsigned int number, const struct stack_seen *seen,
	       const uint32_t *words);
/* row_stale - @user: who uses the entry. */
void row_stale(struct recorder *r, const struct stale_report *found,
	       const struct stale_change *user);
void row_latency(struct recorder *r, enum latency_kind kind, const struct stretch *s);
/* row_use - a row of uses.csv. */
void row_use(struct recorder *r, const struct use_count *count);
struct model_row;
void row_model(struct recorder *r, const struct model_row *row);
struct ref_row;
void row_ref(struct recorder *r, const struct ref_row *row);
void row_waiting(struct recorder *r, const struct waiting_task *t);

#endif
