//! Which vector instructions this processor has: asked once, remembered.

use std::sync::atomic::{AtomicU8, Ordering};

/// A family of vector instructions for which the loops of this crate are compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum InstructionSet {
    /// What the compiler's target always has (SSE2 on x86-64, NEON on AArch64).
    Baseline = 1,
    /// 256-bit vectors with fused multiply-add.
    Avx2 = 2,
    /// 512-bit vectors with masks.
    Avx512 = 3,
}

impl InstructionSet {
    /// The best one that this processor has.
    #[inline]
    #[must_use]
    pub fn best() -> Self {
        static BEST: AtomicU8 = AtomicU8::new(0);
        #[cfg(test)]
        if let Some(set) = forced::get() {
            return set;
        }
        // Relaxed: each thread that finds 0 computes the same answer.
        match BEST.load(Ordering::Relaxed) {
            1 => Self::Baseline,
            2 => Self::Avx2,
            3 => Self::Avx512,
            _ => {
                let best = Self::detect();
                BEST.store(best as u8, Ordering::Relaxed);
                best
            }
        }
    }

    #[cold]
    fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw");
            if avx2 && avx512 {
                return Self::Avx512;
            }
            if avx2 {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }
}

/// Defines functions three times over the same body, and the function that chooses among them.
/// Generic parameters stand in brackets.
///
/// The body is an `#[inline(always)]` function, so that it takes on the instruction set of the
/// function around it.
macro_rules! compiled_for_each_instruction_set {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident[$($generic:ident: $bound:path),*](
            $($argument:ident: $type:ty),* $(,)?
        ) $(-> $result:ty)? $body:block
    )*) => {$(
        $(#[$attribute])*
        #[inline]
        $visibility fn $name<$($generic: $bound),*>($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn body<$($generic: $bound),*>($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2<$($generic: $bound),*>($($argument: $type),*) $(-> $result)? {
                body($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512dq,avx512bw")]
            fn avx512<$($generic: $bound),*>($($argument: $type),*) $(-> $result)? {
                body($($argument),*)
            }

            match $crate::InstructionSet::best() {
                // SAFETY: `best` returns only what this processor has.
                #[cfg(target_arch = "x86_64")]
                $crate::InstructionSet::Avx512 => unsafe { avx512($($argument),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::InstructionSet::Avx2 => unsafe { avx2($($argument),*) },
                _ => body($($argument),*),
            }
        }
    )*};
}

pub(crate) use compiled_for_each_instruction_set;

/// Lets a test run on each instruction set that the processor has.
#[cfg(test)]
pub(crate) mod forced {
    use super::InstructionSet;
    use std::cell::Cell;

    thread_local! {
        static FORCED: Cell<Option<InstructionSet>> = const { Cell::new(None) };
    }

    pub(super) fn get() -> Option<InstructionSet> {
        FORCED.get()
    }

    /// Calls `check` for each available set, which this thread uses meanwhile.
    pub(crate) fn on_each(mut check: impl FnMut(InstructionSet)) {
        let best = InstructionSet::detect();
        let all = [
            InstructionSet::Baseline,
            InstructionSet::Avx2,
            InstructionSet::Avx512,
        ];
        for set in all.into_iter().filter(|&set| set as u8 <= best as u8) {
            FORCED.set(Some(set));
            check(set);
        }
        FORCED.set(None);
    }
}
