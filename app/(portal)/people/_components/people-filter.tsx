import { useTranslations } from "next-intl";
import { FilterActs } from "@/app/(portal)/_kit/filter-acts";
import { SelectChip, TextChip } from "@/app/(portal)/_kit/filter-chip";
import { roleKey } from "@/components/layout/role-words";
import { Role } from "@/lib/vocabulary";

/** Finds people by name, address or role, as a plain form: what is asked for is in the address. */
export function PeopleFilter({ given }: { given: Readonly<Record<string, string | undefined>> }) {
  const t = useTranslations("administration.people.find");
  const roles = useTranslations("portal.roles");
  return (
    <search className="mb-4 print:hidden">
      <form action="/people" className="flex flex-wrap items-center gap-2">
        {given.view === undefined ? null : <input type="hidden" name="view" value={given.view} />}
        <TextChip id="people-q" name="q" label={t("label")} defaultValue={given.q ?? ""} maxLength={200} />
        <SelectChip id="people-role" name="role" label={t("role")} value={given.role ?? ""} any={t("any")}>
          {Role.options.map((role) => (
            <option key={role} value={role}>
              {roles(roleKey(role))}
            </option>
          ))}
        </SelectChip>
        <FilterActs whole={(given.q ?? "") === "" && (given.role ?? "") === "" ? undefined : "/people"} />
      </form>
    </search>
  );
}
