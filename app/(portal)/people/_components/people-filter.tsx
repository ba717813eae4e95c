import { useTranslations } from "next-intl";
import { Select, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { roleKey } from "@/components/layout/role-words";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Role } from "@/lib/vocabulary";

/** Finds people by name, address or role, as a plain form: what is asked for is in the address. */
export function PeopleFilter({ given }: { given: Readonly<Record<string, string | undefined>> }) {
  const t = useTranslations("administration.people.find");
  const roles = useTranslations("portal.roles");
  return (
    <search className="mb-4 print:hidden">
      <form
        action="/people"
        className="grid grid-cols-2 items-end gap-3 tablet:grid-cols-[minmax(0,280px)_200px_auto]"
      >
        {given.view === undefined ? null : <input type="hidden" name="view" value={given.view} />}
        <Field id="people-q" label={t("label")}>
          {(control) => <TextInput {...control} name="q" defaultValue={given.q ?? ""} maxLength={200} />}
        </Field>
        <Field id="people-role" label={t("role")}>
          {(control) => (
            <Select {...control} name="role" defaultValue={given.role ?? ""}>
              <option value="">{t("any")}</option>
              {Role.options.map((role) => (
                <option key={role} value={role}>
                  {roles(roleKey(role))}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" icon="filter">
            {t("apply")}
          </Button>
          {(given.q ?? "") === "" && (given.role ?? "") === "" ? null : (
            <ButtonLink href="/people" look="quiet" size="form">
              {t("clear")}
            </ButtonLink>
          )}
        </div>
      </form>
    </search>
  );
}
