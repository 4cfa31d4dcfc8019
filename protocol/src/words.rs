//! Enums whose variants are words.

/// Gives an enum its words.
#[doc(hidden)]
#[macro_export]
macro_rules! spelled {
    ($name:ident { $($text:literal => $variant:ident,)* }) => {
        impl $name {
            /// All variants, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The variant's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Returns the variant with this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

/// An enum of words that only the store holds: each variant has one text.
#[macro_export]
macro_rules! stored_words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$vdoc:meta])* $text:literal => $variant:ident,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        $crate::spelled!($name { $($text => $variant,)* });
        $crate::stored!($name as String, |word| word.as_str().into(), |word| Self::parse(word));
    };
}
