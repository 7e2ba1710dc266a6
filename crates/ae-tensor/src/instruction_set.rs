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
    /// All of them, from the plainest.
    pub(crate) const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// The best one that this processor has.
    #[inline]
    #[must_use]
    pub fn best() -> Self {
        static BEST: AtomicU8 = AtomicU8::new(0);
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

    /// Whether this processor can run it.
    #[must_use]
    pub fn is_available(self) -> bool {
        self as u8 <= Self::best() as u8
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_available_and_so_is_the_baseline() {
        assert!(InstructionSet::best().is_available());
        assert!(InstructionSet::Baseline.is_available());
        assert_eq!(InstructionSet::best(), InstructionSet::detect());
    }
}
