//! OpenAPI schemas of enums whose variants are named by a tag.

use alloc::string::String;
use alloc::vec::Vec;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::codec::Decode;

/// Schemas with their names.
pub(crate) type Schemas = Vec<(String, RefOr<Schema>)>;

/// A schema that is one of several objects.
pub(crate) fn one_of<const N: usize>(variants: [Schema; N]) -> RefOr<Schema> {
    variants.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item).into()
}

/// A variant's object schema under construction.
pub(crate) struct Variant(ObjectBuilder);

/// Starts the object schema of a variant, with its tag.
pub(crate) fn variant(tag: &str, name: &str) -> Variant {
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([name]));
    Variant(ObjectBuilder::new().schema_type(Type::Object).property(tag, word).required(tag))
}

impl Variant {
    /// Adds a field. It is required unless the type has a meaning for an absent field.
    pub(crate) fn field<T: ToSchema + Decode>(self, name: &'static str) -> Self {
        let Self(mut object) = self;
        object = object.property(name, <T as PartialSchema>::schema());
        if T::decode_field(None, name).is_err() {
            object = object.required(name);
        }
        Self(object)
    }

    pub(crate) fn build(self) -> Schema {
        self.0.build().into()
    }
}
