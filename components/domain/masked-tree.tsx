import { MaskedValue } from "@/components/domain/masked-value";

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `due_days` and `dueDays` as words; a name the custodian numbered stays as it is. */
function wordsOf(name: string): string {
  const words = name
    .replaceAll("_", " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** A masked value of any shape: names and nesting as they are, every leaf hidden. */
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
            <dt className="w-32 shrink-0 break-words text-control text-ink-2">{wordsOf(name)}</dt>
            <dd className="min-w-0 grow">
              <MaskedTree value={member} />
            </dd>
          </div>
        ))}
      </dl>
    );
  return typeof value === "string" ? <MaskedValue mask={value} /> : <MaskedValue mask="?" />;
}
