//! Slices.

use std::cell::{Ref, RefCell, RefMut};
use std::sync::Arc;

use super::{Type, UintType, Value, release};

/// A slice. What has a place in it may be changed by whoever holds it.
pub struct List {
    ty: Type,
    is_nil: bool,
    items: RefCell<Vec<Value>>,
    /// Of a `[]uint8` that nobody has asked for its items yet.
    bytes: RefCell<Option<Arc<[u8]>>>,
}

impl List {
    pub fn new(ty: Type, items: Vec<Value>) -> List {
        List { ty, is_nil: false, items: RefCell::new(items), bytes: RefCell::default() }
    }

    /// The nil slice of a type: empty, but null as JSON.
    pub fn nil(ty: Type) -> List {
        List { ty, is_nil: true, items: RefCell::default(), bytes: RefCell::default() }
    }

    /// A `[]uint8`. Files are large, and a byte is much smaller than a value; so the items are made when somebody
    /// asks for them.
    pub fn of_bytes(bytes: impl Into<Arc<[u8]>>) -> List {
        let bytes = RefCell::new(Some(bytes.into()));
        List { ty: Type::Bytes, is_nil: false, items: RefCell::default(), bytes }
    }

    /// The bytes of a `[]uint8`. Of other lists what is no byte is 0.
    pub fn to_bytes(&self) -> Arc<[u8]> {
        let as_byte = |item: &Value| if let Value::Uint(byte, UintType::Uint8) = item { *byte as u8 } else { 0 };
        let bytes = self.bytes.borrow().clone();
        bytes.unwrap_or_else(|| self.items.borrow().iter().map(as_byte).collect())
    }

    fn unpack(&self) {
        if let Some(bytes) = self.bytes.take() {
            self.items.replace(bytes.iter().copied().map(byte).collect());
        }
    }

    pub fn ty(&self) -> Type {
        self.ty
    }

    pub fn is_nil(&self) -> bool {
        self.is_nil
    }

    pub fn len(&self) -> usize {
        self.bytes.borrow().as_ref().map_or_else(|| self.items.borrow().len(), |bytes| bytes.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, at: usize) -> Option<Value> {
        match &*self.bytes.borrow() {
            Some(bytes) => bytes.get(at).copied().map(byte),
            None => self.items.borrow().get(at).cloned(),
        }
    }

    /// The items. Nothing else may use the list while the result is held for writing.
    pub fn items(&self) -> Ref<'_, Vec<Value>> {
        self.unpack();
        self.items.borrow()
    }

    pub fn items_mut(&self) -> RefMut<'_, Vec<Value>> {
        self.unpack();
        self.items.borrow_mut()
    }
}

fn byte(byte: u8) -> Value {
    Value::Uint(byte.into(), UintType::Uint8)
}

impl Drop for List {
    fn drop(&mut self) {
        let items = std::mem::take(self.items.get_mut());
        if !items.is_empty() {
            release::release(items);
        }
    }
}
