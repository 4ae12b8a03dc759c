# refs.mk - the tools that read strings of references, for this machine (included by GNUmakefile).
#
# build/analysis/ has them fast; tests/host/host.mk builds them once more, under ASan and UBSan.

R := build/analysis
R_FLAGS = -std=gnu11 -D_GNU_SOURCE -O2 -g -static -fno-strict-aliasing -Wall -Wextra \
	-Wmissing-prototypes -Wstrict-prototypes -Werror -MD -MP -Itests/host/include \
	-Ikernel/include -Imm/include -Imm -Ibochs-plugin
REFS_OBJS := $(addprefix analysis/refs/,reader.o memory.o fenwick.o stack.o miss_curve.o)
REFS_OBJS += $(addprefix analysis/refs/,working_set.o reduce.o) bochs-plugin/reduction.o
REFS_OBJS += $(addprefix analysis/refs/,replay_engine.o policies.o queues.o policy_2q.o policy_arc.o policy_lirs.o)
REFS_TOOLS := curves replay
# The kernel's own policies.
REFS_POLICIES := $(patsubst %.c,%.o,$(wildcard mm/reclaim/policy*.c))

$(R)/%.o: %.c analysis/refs/refs.mk
	@mkdir -p $(@D)
	$(Q)$(CC32) $(R_FLAGS) -c -o $@ $<

$(REFS_TOOLS:%=$(R)/%): $(R)/%: $(R)/analysis/refs/%.o $(addprefix $(R)/,$(REFS_OBJS) $(REFS_POLICIES))
	$(Q)$(CC32) -static -o $@ $^

# The rows of tlb.csv made fewer, for report.sh.
THIN_OBJS := $(addprefix analysis/,$(patsubst %,thin/%.o,thin row table plan streams pairs misses) refs/memory.o)
$(R)/thin: $(addprefix $(R)/,$(THIN_OBJS))
	$(Q)$(CC32) -static -o $@ $^

# What-if TLBs over a trace, as a program of this machine itself.
REFS_MODEL_SRC := analysis/model.c $(wildcard bochs-plugin/model*.c)
$(R)/model: $(REFS_MODEL_SRC) $(wildcard bochs-plugin/*.h) analysis/refs/refs.mk
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 -Wall -Wextra -Wmissing-prototypes -Werror -Ibochs-plugin -o $@ $(REFS_MODEL_SRC)

ALL += $(REFS_TOOLS:%=$(R)/%) $(R)/thin $(R)/model
-include $(addprefix $(R)/,$(patsubst %.o,%.d,$(REFS_OBJS) $(REFS_POLICIES)) $(REFS_TOOLS:%=analysis/refs/%.d)) $(THIN_OBJS:%.o=$(R)/%.d)
