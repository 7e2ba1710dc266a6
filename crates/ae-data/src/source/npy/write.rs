use std::io::{self, Write};

use ndarray::ArrayView2;

/// Data begins at a multiple of this many bytes, as NumPy lays it out.
const ALIGNMENT: usize = 64;

/// Magic, version 1.0 and the header's length.
const PREAMBLE: usize = 10;

/// Writes rows as a version 1.0 npy file of little-endian single-precision numbers.
///
/// # Errors
/// What the system says.
pub fn write_npy(out: &mut (impl Write + ?Sized), rows: ArrayView2<f32>) -> io::Result<()> {
    let (height, width) = rows.dim();
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({height}, {width}), }}");
    let unpadded = PREAMBLE + header.len() + 1;
    header.push_str(&" ".repeat(unpadded.next_multiple_of(ALIGNMENT) - unpadded));
    header.push('\n');
    out.write_all(super::MAGIC)?;
    out.write_all(&[1, 0])?;
    out.write_all(&(header.len() as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for value in rows {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_bytes_that_numpy_writes() {
        // numpy.save of numpy.array([[1.5, -2], [0, 3]], dtype="<f4"), NumPy 2.4.6.
        let mut bytes = Vec::new();
        write_npy(&mut bytes, ndarray::array![[1.5, -2.0], [0.0, 3.0]].view()).unwrap();
        let mut expected =
            b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
                .to_vec();
        expected.extend(std::iter::repeat_n(b' ', 127 - expected.len()));
        expected.push(b'\n');
        for value in [1.5f32, -2.0, 0.0, 3.0] {
            expected.extend(value.to_le_bytes());
        }
        assert_eq!(bytes, expected);
    }
}
