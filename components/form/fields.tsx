"use client";

import { useTranslations } from "next-intl";
import type { ComponentProps, ReactNode } from "react";
import { type FieldValues, type Path, useController } from "react-hook-form";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { Choice, ChoiceGroup, Select, TextArea, TextInput } from "@/components/form/controls";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field, type FieldProps } from "@/components/form/field";
import type { Answers } from "@/components/form/use-answers";
import { Button, type ButtonProps } from "@/components/ui/button";

interface OfForm<A extends FieldValues> {
  readonly form: Answers<A>;
  readonly name: Path<A>;
}
type Around = Pick<FieldProps, "help" | "mark"> & { readonly around?: string };

/** The frame of a field: label, help and fault from the form. */
function Framed<A extends FieldValues>({
  form,
  name,
  help,
  mark,
  around,
  children,
}: OfForm<A> & Around & Pick<FieldProps, "children">) {
  return (
    <Field
      id={form.idOf(name)}
      label={form.words[name]?.label}
      help={help}
      {...(mark === undefined ? {} : { mark })}
      {...(around === undefined ? {} : { className: around })}
      error={form.errorOf(name)}
    >
      {children}
    </Field>
  );
}

/** One line of text. `around` is the class of the whole field. */
export function TextField<A extends FieldValues>(
  props: OfForm<A> & Around & Omit<ComponentProps<"input">, "form" | "name">,
) {
  const { form, name, help, mark, around, ...input } = props;
  const frame = {
    form,
    name,
    help,
    ...(mark === undefined ? {} : { mark }),
    ...(around === undefined ? {} : { around }),
  };
  return (
    <Framed {...frame}>
      {(control) => <TextInput {...control} {...input} {...form.hook.register(name)} />}
    </Framed>
  );
}

/** Several lines of text. */
export function AreaField<A extends FieldValues>(
  props: OfForm<A> & Around & Omit<ComponentProps<"textarea">, "form" | "name">,
) {
  const { form, name, help, mark, around, ...input } = props;
  const frame = {
    form,
    name,
    help,
    ...(mark === undefined ? {} : { mark }),
    ...(around === undefined ? {} : { around }),
  };
  return (
    <Framed {...frame}>
      {(control) => <TextArea rows={3} {...control} {...input} {...form.hook.register(name)} />}
    </Framed>
  );
}

export interface Option {
  readonly value: string;
  readonly label: ReactNode;
  readonly help?: ReactNode;
}

/** One choice of a closed list, in a menu. */
export function SelectField<A extends FieldValues>(
  props: OfForm<A> & Around & { readonly options: readonly Option[] },
) {
  const { form, name, options, help, mark, around } = props;
  const frame = {
    form,
    name,
    help,
    ...(mark === undefined ? {} : { mark }),
    ...(around === undefined ? {} : { around }),
  };
  return (
    <Framed {...frame}>
      {(control) => (
        <Select {...control} {...form.hook.register(name)}>
          {options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      )}
    </Framed>
  );
}

/** Rounds for one choice. */
export function RadioField<A extends FieldValues>(
  props: OfForm<A> & Pick<Around, "help"> & { readonly options: readonly Option[] },
) {
  const { form, name, options, help } = props;
  const id = form.idOf(name);
  return (
    <ChoiceGroup id={id} legend={form.words[name]?.label} help={help} error={form.errorOf(name)}>
      {options.map(({ value, label, help: more }) => (
        <Choice
          key={value}
          kind="radio"
          value={value}
          label={label}
          help={more}
          {...form.hook.register(name)}
        />
      ))}
    </ChoiceGroup>
  );
}

/** Boxes for any number of choices; the answer is the list of those that are ticked. */
export function BoxesField<A extends FieldValues>(
  props: OfForm<A> & Around & { readonly options: readonly Option[]; readonly look?: "list" | "columns" },
) {
  const { form, name, options, help, around, look = "list" } = props;
  const { field } = useController<A, Path<A>>({ name, control: form.hook.control });
  const chosen: readonly string[] = field.value;
  const choose = (value: string, isOn: boolean) => {
    const others = chosen.filter((one) => one !== value);
    field.onChange(isOn ? [...others, value] : others);
  };
  return (
    <ChoiceGroup
      id={form.idOf(name)}
      legend={form.words[name]?.label}
      help={help}
      error={form.errorOf(name)}
      {...(around === undefined ? {} : { className: around })}
    >
      <div className={look === "columns" ? "grid tablet:grid-cols-2" : ""}>
        {options.map(({ value, label, help: more }, index) => (
          <Choice
            key={value}
            ref={index === 0 ? field.ref : undefined}
            label={label}
            help={more}
            checked={chosen.includes(value)}
            onBlur={field.onBlur}
            onChange={(event) => choose(value, event.target.checked)}
          />
        ))}
      </div>
    </ChoiceGroup>
  );
}

/** One box for yes or no. */
export function TickField<A extends FieldValues>({ form, name, help }: OfForm<A> & Pick<Around, "help">) {
  return (
    <Choice id={form.idOf(name)} label={form.words[name]?.label} help={help} {...form.hook.register(name)} />
  );
}

/**
 * The frame of a form in a page: the faults above its fields, what the call failed with below them, one button. Its
 * fields wait for the scripts, because text typed before that would be lost.
 */
export function FormFrame<A extends FieldValues>(props: {
  readonly form: Answers<A>;
  /** Heading of the faults. */
  readonly errors?: string | undefined;
  /** Heading of what the call failed with. */
  readonly failed?: string | undefined;
  readonly submit: ReactNode;
  readonly look?: ButtonProps["look"];
  readonly icon?: ButtonProps["icon"];
  /** Shown in the place of the general words for a refusal. */
  readonly explain?: (failure: unknown) => ReactNode;
  /** Next to the button, e.g. that the answers were saved. */
  readonly status?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const ui = useTranslations("ui");
  const isReady = useReady();
  const { form, look = "primary" } = props;
  const explained = form.failure === undefined ? undefined : props.explain?.(form.failure);
  return (
    <form
      noValidate
      method="post"
      autoComplete="off"
      className={props.className ?? "max-w-[640px] pt-4"}
      onSubmit={(event) => void form.submit(event)}
    >
      {form.focus === "summary" ? (
        <ErrorSummary
          title={props.errors ?? ui("oneThing", { count: form.errors.length })}
          errors={form.errors}
          attempt={form.attempt}
        />
      ) : null}
      <fieldset role="presentation" disabled={!isReady} className="grid min-w-0 gap-4">
        {props.children}
        {form.failure === undefined
          ? null
          : (explained ?? (
              <CallFailure
                error={form.failure}
                {...(props.failed === undefined ? {} : { title: props.failed })}
              />
            ))}
        <div className="flex flex-wrap items-center gap-4">
          <Button
            type="submit"
            look={look}
            {...(props.icon === undefined ? {} : { icon: props.icon })}
            isBusy={form.isBusy}
          >
            {props.submit}
          </Button>
          {props.status === undefined ? null : (
            <span role="status" className="text-control text-ink-2">
              {props.status}
            </span>
          )}
        </div>
      </fieldset>
    </form>
  );
}
