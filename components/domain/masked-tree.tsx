import { MaskedValue } from "@/components/domain/masked-value";

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A masked value of any shape: names and nesting as they were sent (in mono: they are data), every leaf hidden. */
export function MaskedTree({ value }: { value: unknown }) {
  if (Array.isArray(value))
    return (
      <ol className="list-decimal space-y-1 pl-5">
        {value.map((item: unknown, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: masked items have no identity but their place
          <li key={index}>
            <MaskedTree value={item} />
          </li>
        ))}
      </ol>
    );
  if (isObject(value))
    return (
      <dl>
        {Object.entries(value).map(([name, member]) => (
          <div key={name} className="flex flex-wrap gap-x-4 border-line border-b py-1 last:border-b-0">
            <dt className="w-32 shrink-0 break-words font-mono text-ink-2 text-note">{name}</dt>
            <dd className="min-w-0 grow">
              <MaskedTree value={member} />
            </dd>
          </div>
        ))}
      </dl>
    );
  return typeof value === "string" ? <MaskedValue mask={value} /> : <MaskedValue mask="?" />;
}
