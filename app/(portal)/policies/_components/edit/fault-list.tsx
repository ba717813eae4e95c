"use client";

import { useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";
import type { PolicyFault } from "@/lib/policies/schema";

/** Returns the faults that a refused save names. */
export function faultsIn(members: Readonly<Record<string, unknown>>): PolicyFault[] {
  const { faults } = members;
  if (!Array.isArray(faults)) return [];
  return faults.filter(
    (one): one is PolicyFault => typeof one === "object" && one !== null && "message" in one,
  );
}

function usePlace() {
  const t = useTranslations("policies.edit.faults");
  return ({ policy, line, column, example }: PolicyFault, id: string): string => {
    const other = policy !== null && policy !== id ? `${policy}: ` : "";
    if (example !== null) return other + t("example", { name: example });
    return line === null || column === null ? other + t("whole") : other + t("place", { line, column });
  };
}

/** What is wrong with a draft, with line and column. Pressing a fault of this rule's text leads to its characters. */
export function FaultList(props: {
  faults: readonly PolicyFault[];
  /** The rule that is edited. */
  id: string;
  onGo?: (fault: PolicyFault) => void;
}) {
  const t = useTranslations("policies.edit.faults");
  const placeOf = usePlace();
  const { faults, id, onGo } = props;
  if (faults.length === 0) return null;
  return (
    <div role="status" className="border-oxblood border-l-[3px] bg-ox-wash px-4 py-3 text-control">
      <p className="font-semibold">{t("title", { count: faults.length })}</p>
      <ul className="mt-1">
        {faults.map((fault) => {
          const canGo = onGo !== undefined && fault.policy === id && fault.line !== null;
          const words = `${placeOf(fault, id)}: ${fault.message}`;
          return (
            <li key={words} className="flex gap-2 py-[2px]">
              <Icon name="warning" className="mt-[2px] text-oxblood" />
              {canGo ? (
                <button
                  type="button"
                  onClick={() => onGo(fault)}
                  className="min-h-[24px] cursor-pointer text-left underline underline-offset-4"
                >
                  {words}
                </button>
              ) : (
                <span>{words}</span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
