# fuzz.mk - properties of the host tests as programs of libFuzzer (included by tests/host/host.mk).
#
# clang compiles the same sources for i386, against the cross compiler's C library; only what is
# under test counts its branches. GCC has no such thing: its own -fsanitize-coverage knows no
# fuzzer.

FZ := build/fuzz
FZ_CC := clang-19 --target=i686-linux-gnu
FZ_FLAGS = $(filter-out -Werror,$(H_FLAGS)) -w -isystem $(H_SYSROOT)/include
FZ_COVER = -fsanitize=fuzzer-no-link
# The library of libFuzzer without a main(), and what it is written in.
FZ_LIBS = $$($(FZ_CC) -print-resource-dir)/lib/linux/libclang_rt.fuzzer_no_main-i386.a \
	$(H_SYSROOT)/lib/libstdc++.so.6 -lm -lpthread

FZ_NAMES := $(sort $(shell awk '/^[a-z]/ { print $$2 }' tests/host/fuzz/targets))
FZ_PROGS := $(addprefix $(FZ)/,$(FZ_NAMES))
FZ_OBJS := $(patsubst $(H)/%,$(FZ)/%,$(filter-out %/run.o,$(H_OBJS))) $(FZ)/tests/host/fuzz/fuzz.o
FZ_TEST_OBJS := $(FZ_NAMES:%=$(FZ)/tests/host/test_%.o)

$(FZ)/kernel/lib/%.o $(FZ)/mm/%.o: H_SAN += $(FZ_COVER)
# Block devices have a wider view of the kernel.
$(FZ)/kernel/drivers/%.o $(FZ)/tests/host/block_standins.o: H_FLAGS += -Ikernel
$(FZ)/analysis/refs/reduce.o: H_FLAGS += -Ibochs-plugin
$(FZ)/kernel/lib/string.o: FZ_FLAGS += -fno-builtin $(foreach f,$(H_RENAMED),-D$f=k_$f)
$(FZ)/kernel/lib/printf.o: FZ_FLAGS += -fno-builtin -Dsnprintf=k_snprintf -Dvsnprintf=k_vsnprintf

$(FZ)/%.o: %.c tests/host/host.mk tests/host/fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(Q)$(FZ_CC) $(FZ_FLAGS) -c -o $@ $<

$(FZ)/libhost.a: $(FZ_OBJS)
	$(Q)rm -f $@
	$(Q)$(CROSS)ar rcs $@ $^

$(FZ_PROGS): $(FZ)/%: $(FZ)/tests/host/test_%.o $(FZ)/libhost.a
	$(Q)$(FZ_CC) $(H_LINK) -o $@ $(filter %.o,$^) $(FZ)/libhost.a $(FZ_LIBS)

# Those of the file layer need it, too.
FZ_FS_OBJS := $(patsubst $(H)/%,$(FZ)/%,$(H_FS_OBJS))
$(FZ)/ext2_fuzz: $(FZ_FS_OBJS)
$(FZ_FS_OBJS) $(FZ)/tests/host/test_ext2_fuzz.o: H_FLAGS += -Ikernel -Itests -Ibuild
$(FZ_FS_OBJS): | build/generated/syscalls.h
$(FZ)/kernel/fs/%.o: H_SAN += $(FZ_COVER)

# The control: a tree that forgets a tag when it grows. fuzz.sh must find out.
FZ_PLANTED := $(FZ)/planted/radix_tree
$(FZ_PLANTED).c: kernel/lib/radix_tree.c tests/host/fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(Q)sed 's/if (any_tag(root->node, tag))$$/if (tag != 0 \&\& any_tag(root->node, tag))/' $< >$@
	$(Q)! cmp -s $< $@

$(FZ_PLANTED).o: H_SAN += $(FZ_COVER)
$(FZ_PLANTED).o: $(FZ_PLANTED).c
	$(Q)$(FZ_CC) $(FZ_FLAGS) -c -o $@ $<

$(FZ_PLANTED): $(FZ_PLANTED).o $(FZ)/tests/host/test_radix_tree.o $(FZ)/libhost.a
	$(Q)$(FZ_CC) $(H_LINK) -o $@ $^ $(FZ_LIBS)

.SECONDARY: $(FZ_TEST_OBJS) $(FZ_FS_OBJS)
.PHONY: fuzzers
fuzzers: $(FZ_PROGS) $(FZ_PLANTED)
CHECK += fuzzers

-include $(FZ_OBJS:.o=.d) $(FZ_FS_OBJS:.o=.d) $(FZ_TEST_OBJS:.o=.d)
