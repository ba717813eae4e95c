import messages from "@/components/messages/en/site.json";

type Messages = typeof messages;
export type Namespace = keyof Messages;
export type MessageKey<N extends Namespace> = keyof Messages[N] & string;
export type Translate<N extends Namespace> = (key: MessageKey<N>, values?: Values) => string;
type Values = Readonly<Record<string, string | number>>;

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/**
 * The wording of one namespace. Same call and same catalogue file as next-intl's `useTranslations`, so that
 * further languages change this file and no component.
 */
export function translations<N extends Namespace>(namespace: N): Translate<N> {
  const wording: Readonly<Record<string, string>> = messages[namespace];
  return (key, values = {}) => fill(wording[key] ?? `${namespace}.${key}`, values);
}
