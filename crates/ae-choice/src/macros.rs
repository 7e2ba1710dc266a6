/// Declares one choice: a struct, its name, its summary, and its parameters as
/// `field: "key" = default, in range, "help";`. Fields are `f32`; the struct is `Copy`,
/// comparable, and has its defaults as `Default`.
///
/// A value is kept as the `f32` nearest to what the user wrote, and written back in its
/// shortest form, so text → struct → text is stable.
#[macro_export]
macro_rules! choice {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident = $text:literal, $summary:literal {
            $( $(#[$field_attribute:meta])*
               $field:ident: $key:literal = $default:expr, in $range:expr, $help:literal; )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name { $( $(#[$field_attribute])* pub $field: f32, )* }

        impl Default for $name {
            fn default() -> Self { Self { $( $field: ($default) as f32, )* } }
        }

        impl $crate::Choice for $name {
            const ENTRY: $crate::Entry = $crate::Entry {
                name: $text,
                summary: $summary,
                parameters: &[ $( $crate::Parameter {
                    key: $key, default: $default, range: $range, help: $help,
                }, )* ],
            };

            #[allow(unused_variables, unused_mut, unused_assignments)]
            fn from_values(values: &[f64]) -> Self {
                let mut position = 0;
                $( let $field = values[position] as f32; position += 1; )*
                Self { $( $field, )* }
            }

            fn values(&self) -> Vec<f64> {
                vec![ $( $crate::__shortest(self.$field), )* ]
            }
        }
    };
}

/// Gathers the choices of a kind into one enum that dereferences to what they all do.
/// This is the registration line: a new choice is its own file and one variant here.
#[macro_export]
macro_rules! choices {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident = $kind:literal, dyn $behaviour:path {
            $( $variant:ident($struct:ty) ),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[allow(missing_docs)]
        pub enum $name { $( $variant($struct), )+ }

        impl $name {
            /// What a user calls this kind of choice.
            pub const KIND: &'static str = $kind;

            /// Every choice of the kind, in the order in which they are listed.
            pub const CATALOGUE: &'static [$crate::Entry] =
                &[ $( <$struct as $crate::Choice>::ENTRY, )+ ];

            /// The line in the catalogue.
            pub fn entry(&self) -> &'static $crate::Entry {
                match self { $( Self::$variant(_) => &<$struct as $crate::Choice>::ENTRY, )+ }
            }

            /// The name users write.
            pub fn name(&self) -> &'static str { self.entry().name }
        }

        impl std::ops::Deref for $name {
            type Target = dyn $behaviour;
            fn deref(&self) -> &Self::Target {
                match self { $( Self::$variant(choice) => choice, )+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ChoiceError;
            #[allow(unused_assignments)]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let (index, values) = $crate::parse($kind, Self::CATALOGUE, text)?;
                let builders: &[fn(&[f64]) -> Self] = &[
                    $( |values| Self::$variant($crate::Choice::from_values(values)), )+
                ];
                Ok(builders[index](&values))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let values = match self { $( Self::$variant(c) => $crate::Choice::values(c), )+ };
                f.write_str(&$crate::write(self.entry(), &values, false))
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <String as $crate::serde::Deserialize>::deserialize(d)?;
                text.parse().map_err(|error: $crate::ChoiceError| {
                    let hint = error.hint().map(|h| format!(" ({h})")).unwrap_or_default();
                    <D::Error as $crate::serde::de::Error>::custom(format!("{error}{hint}"))
                })
            }
        }

        $( impl From<$struct> for $name {
            fn from(choice: $struct) -> Self { Self::$variant(choice) }
        } )+
    };
}
