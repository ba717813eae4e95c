import { useTranslations } from "next-intl";
import { Icon, type IconName } from "@/components/ui/icon";
import type { Health } from "@/lib/http/health/read-health";

type Part = Health["parts"][number];

const LOOKS: Readonly<Record<Part["state"], { icon: IconName; colour: string }>> = {
  up: { icon: "check", colour: "text-accent" },
  late: { icon: "clock", colour: "text-amber" },
  down: { icon: "stop", colour: "text-oxblood" },
};

const CELL = "block tablet:table-cell tablet:py-2 tablet:align-top";

function PartRow({ part }: { part: Part }) {
  const parts = useTranslations("parts");
  const look = LOOKS[part.state];
  const t = useTranslations("state");
  const says = part.state === "down" ? (`${part.name}Away` as const) : (`${part.name}Does` as const);
  return (
    <tr className="block border-line border-b py-2 tablet:table-row tablet:py-0">
      <th scope="row" className={`${CELL} text-left font-medium tablet:w-[168px] tablet:pr-4`}>
        {parts(part.name)}
      </th>
      <td className={`${CELL} text-ink-2 tablet:pr-4`}>{parts(says)}</td>
      <td className={`${CELL} ${look.colour} tablet:w-[152px]`}>
        <span className="inline-flex items-center gap-2">
          <Icon name={look.icon} />
          {t(part.state)}
        </span>
      </td>
    </tr>
  );
}

/** Shows one row for each part. On narrow screens each row stacks. */
export function PartsTable({ parts }: { parts: Health["parts"] }) {
  const t = useTranslations("state");
  return (
    <table className="block w-full border-collapse self-start text-control tablet:table">
      <thead className="sr-only tablet:not-sr-only">
        <tr className="border-line-2 border-b text-left text-ink-3 text-note">
          {(["part", "does", "condition"] as const).map((column) => (
            <th key={column} scope="col" className="h-row pr-4 font-normal">
              {t(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="block tablet:table-row-group">
        {parts.map((part) => (
          <PartRow key={part.name} part={part} />
        ))}
      </tbody>
    </table>
  );
}
