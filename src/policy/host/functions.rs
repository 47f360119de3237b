//! How functions get into an engine.
//!
//! The engine's own way is compiled anew for each function, a kilobyte and a half a time. Here only what
//! depends on the function's types is; the rest exists once. What scripts see is the same.

use std::any::TypeId;

use rhai::{Engine, FuncRegistration, Module, RhaiFunc, RhaiNativeFunc, Variant};

/// Functions on their way into an engine.
pub(in crate::policy) struct Functions<'e> {
    engine: &'e mut Engine,
    module: Module,
}

impl<'e> Functions<'e> {
    /// None yet.
    pub(in crate::policy) fn of(engine: &'e mut Engine) -> Self {
        Self { engine, module: Module::new() }
    }

    /// What a type is called in messages.
    pub(super) fn name_type<T: Variant + Clone>(&mut self, name: &str) {
        self.engine.register_type_with_name::<T>(name);
    }

    /// Scripts can go through values of this type.
    pub(super) fn put_iterator<T: Variant + Clone + IntoIterator>(&mut self)
    where
        T::Item: Variant + Clone,
    {
        self.engine.register_iterator::<T>();
    }

    /// Adds a function.
    pub(in crate::policy) fn put<A: 'static, const N: usize, const X: bool, R, const F: bool>(
        &mut self,
        name: &str,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) where
        R: Variant + Clone,
    {
        let registration = FuncRegistration::new(name).in_global_namespace();
        let (types, names) = signature(&function);
        self.put_any(registration, &types, &names, function.into_rhai_function(true, false));
    }

    /// Adds a property that can be read.
    pub(super) fn put_property<A: 'static, const X: bool, R, const F: bool>(
        &mut self,
        name: &str,
        read: impl RhaiNativeFunc<A, 1, X, R, F> + Send + Sync + 'static,
    ) where
        R: Variant + Clone,
    {
        let (types, names) = signature(&read);
        let read = read.into_rhai_function(true, false);
        self.put_any(FuncRegistration::new_getter(name), &types, &names, read);
    }

    #[inline(never)]
    fn put_any(
        &mut self,
        registration: FuncRegistration,
        types: &[TypeId],
        names: &[&'static str],
        function: RhaiFunc,
    ) {
        let named = names.iter().map(|name| match name.strip_prefix("&mut ") {
            Some(name) => format!("_: &mut {}", self.engine.map_type_name(name)),
            None => format!("_: {}", self.engine.map_type_name(name)),
        });
        let registration = registration.with_params_info(named.collect::<Vec<_>>());
        registration.set_into_module_raw(&mut self.module, types, function);
    }

    /// Makes them known to the engine, before all that it knows already.
    pub(in crate::policy) fn finish(self) {
        self.engine.register_global_module(self.module.into());
    }
}

/// The types of a function's parameters, and what they are called.
fn signature<A: 'static, const N: usize, const X: bool, R: 'static, const F: bool, T>(
    _: &T,
) -> ([TypeId; N], [&'static str; N])
where
    T: RhaiNativeFunc<A, N, X, R, F>,
{
    (T::param_types(), T::param_names())
}
