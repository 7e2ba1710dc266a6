//! No file, however it lies, makes its reader ask for much more memory than the file is long.
#![allow(clippy::unwrap_used)]

#[path = "suite/support.rs"]
#[allow(dead_code)]
mod support;

use serde_json::{Value, json};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{Parted, alone, curve, short, trained};

static LARGEST: AtomicUsize = AtomicUsize::new(0);

/// Remembers the largest piece that the system's allocator was asked for.
struct Watching;

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Ordering::Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

#[test]
fn lies_about_sizes_cost_no_memory() {
    let (_, model) = trained(&alone(curve(60)), &short());
    let good = Parted::of(&model);
    let length = good.to_bytes().len();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        let mut metadata = file.metadata();
        change(&mut metadata);
        file.set_metadata(&metadata);
        file
    };
    let mut lies = vec![];
    for huge in [1u64 << 31, 1 << 40, 1_000_000_000_000_000_000] {
        lies.push(with(&|m| m["encoder"][0]["outputs"] = json!(huge)));
        lies.push(with(&|m| {
            let layer = json!({"kind": "dropout", "width": huge, "rate": 0.1});
            (m["encoder"], m["decoder"]) = (json!([layer]), json!([layer]));
        }));
        lies.push(with(&|m| {
            m["layout"] = json!({"Image": {"height": huge, "width": 1, "channels": 1}});
        }));
        lies.push(with(&|m| {
            m["scaling"] =
                json!({"scaling": "none", "width": huge, "shift": [0.0], "scale": [1.0]});
        }));
        let mut file = good.clone();
        file.header["encoder.0.bias"]["shape"] = json!([huge]);
        lies.push(file);
    }
    let mut files: Vec<Vec<u8>> = lies.iter().map(Parted::to_bytes).collect();
    for claimed in [1u64 << 24, 1 << 33, u64::MAX] {
        let mut bytes = good.to_bytes();
        bytes[..8].copy_from_slice(&claimed.to_le_bytes());
        files.push(bytes);
    }
    for bytes in files {
        LARGEST.store(0, Ordering::Relaxed);
        assert!(support::load_bytes(&bytes).is_err());
        let largest = LARGEST.load(Ordering::Relaxed);
        assert!(
            largest <= 4 * length,
            "{largest} bytes for a file of {length}"
        );
    }
}
