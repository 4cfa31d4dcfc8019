//! Fields in which one chooses.

use leptos::prelude::*;

/// A `<select>`.
#[component]
pub(crate) fn Select(
    /// The field's name in its form.
    #[prop(optional)]
    name: Option<&'static str>,
    /// Its name for people, unless it has a `<label>`.
    #[prop(optional)]
    label: Option<&'static str>,
    /// The value of the option that is chosen.
    #[prop(into)]
    chosen: Signal<String>,
    /// The options: the value and the text of each.
    options: Vec<(String, String)>,
    #[prop(optional)] disabled: bool,
) -> impl IntoView {
    let option = move |(value, title): (String, String)| {
        let is_chosen = {
            let value = value.clone();
            move || chosen.with(|chosen| *chosen == value)
        };
        view! {
            <option value=value selected=is_chosen>
                {title}
            </option>
        }
    };
    view! {
        <select name=name aria-label=label disabled=disabled>
            {options.into_iter().map(option).collect_view()}
        </select>
    }
}

/// The options of a [`Select`]: one that stands for no choice, and one for each of these.
pub(crate) fn options<I: ToString>(
    none: &str,
    all: impl IntoIterator<Item = (I, String)>,
) -> Vec<(String, String)> {
    let all = all.into_iter().map(|(id, name)| (id.to_string(), name));
    std::iter::once((String::new(), none.to_owned())).chain(all).collect()
}

/// The value of what may be chosen, as an option of a [`Select`].
pub(crate) fn value_of(chosen: Option<impl ToString>) -> String {
    chosen.map(|chosen| chosen.to_string()).unwrap_or_default()
}

/// A checkbox with its text.
#[component]
pub(crate) fn Check(
    /// The field's name in its form.
    name: &'static str,
    /// What is sent if it is checked.
    #[prop(default = "true".to_owned(), into)]
    value: String,
    checked: bool,
    #[prop(optional)] disabled: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <label>
            <input type="checkbox" name=name value=value checked=checked disabled=disabled />
            {children()}
        </label>
    }
}

/// A group of [`Check`]s.
#[component]
pub(crate) fn Checks(
    /// Its title.
    legend: &'static str,
    /// An explanation below.
    #[prop(optional)]
    hint: Option<&'static str>,
    #[prop(optional)] disabled: bool,
    /// The classes of what contains them.
    #[prop(default = "checks")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset disabled=disabled>
            <legend>{legend}</legend>
            <div class=class>{children()}</div>
            {hint.map(|hint| view! { <small>{hint}</small> })}
        </fieldset>
    }
}
