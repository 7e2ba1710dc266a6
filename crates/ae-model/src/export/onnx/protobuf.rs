//! As much of protobuf's wire format as ONNX needs: a message is a list of numbered fields,
//! each a number or a stretch of bytes
//! ([the specification](https://protobuf.dev/programming-guides/encoding)).

/// A message, as far as it is written. Fields may come in any order; a repeated one is written
/// once for each of its values.
#[derive(Debug, Clone, Default)]
pub(super) struct Message(Vec<u8>);

/// How a field's value is written.
const VARINT: u64 = 0;
const LENGTH_FIRST: u64 = 2;
const FOUR_BYTES: u64 = 5;

impl Message {
    pub(super) fn integer(&mut self, field: u64, value: i64) {
        self.key(field, VARINT);
        self.varint(value as u64);
    }

    pub(super) fn float(&mut self, field: u64, value: f32) {
        self.key(field, FOUR_BYTES);
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn text(&mut self, field: u64, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    pub(super) fn message(&mut self, field: u64, value: &Message) {
        self.bytes(field, &value.0);
    }

    pub(super) fn bytes(&mut self, field: u64, value: &[u8]) {
        self.key(field, LENGTH_FIRST);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn key(&mut self, field: u64, way: u64) {
        self.varint(field << 3 | way);
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the specification, and -1 as ten bytes.
    #[test]
    fn bytes_are_those_of_the_specification() {
        let written = |write: &dyn Fn(&mut Message)| {
            let mut message = Message::default();
            write(&mut message);
            message.into_bytes()
        };
        assert_eq!(written(&|m| m.integer(1, 150)), [0x08, 0x96, 0x01]);
        let mut testing = vec![0x12, 0x07];
        testing.extend(b"testing");
        assert_eq!(written(&|m| m.text(2, "testing")), testing);
        let inner = |m: &mut Message| {
            let mut inner = Message::default();
            inner.integer(1, 150);
            m.message(3, &inner);
        };
        assert_eq!(written(&inner), [0x1a, 0x03, 0x08, 0x96, 0x01]);
        let minus_one = written(&|m| m.integer(1, -1));
        assert_eq!(minus_one, [&[0x08][..], &[0xff; 9], &[0x01]].concat());
        assert_eq!(written(&|m| m.float(2, 1.0)), [0x15, 0, 0, 0x80, 0x3f]);
    }
}
