import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";

/** The field for a code of an authenticator app. */
export function AppCodeField(props: {
  id: string;
  label: string;
  help: string;
  error: string | undefined;
  value: string;
  onChange: (code: string) => void;
  className?: string;
}) {
  const { id, label, help, error, value, onChange, className = "" } = props;
  return (
    <Field id={id} label={label} help={help} error={error} className={`max-w-[240px] ${className}`}>
      {(control) => (
        <TextInput
          {...control}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={8}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
