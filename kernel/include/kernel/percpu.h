/*
 * percpu.h - data of which each CPU has its own copy. There is one CPU now, so
 * the copy is the variable; all access goes through these, so that more CPUs
 * change this header and not its users. Disable preemption (or interrupts)
 * around a use that must not move.
 */
#ifndef KERNEL_PERCPU_H
#define KERNEL_PERCPU_H

#define DEFINE_PER_CPU(type, name)  __typeof__(type) per_cpu__##name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) per_cpu__##name
#define this_cpu(name)		    (per_cpu__##name)
#define NR_CPUS			    1
#define smp_processor_id()	    0

#endif
