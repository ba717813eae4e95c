// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Facts } from "@/components/ui/facts";
import { Table } from "@/components/ui/table";
import { show } from "@/lib/testing/components";

it.each([
  ["en", "1,234,567", "0.5"],
  ["de", "1.234.567", "0,5"],
] as const)(
  "numbers of tables and facts are written as the language does it, in %s",
  (language, count, share) => {
    const columns = [
      { key: "name", head: "Name", isTitle: true, cell: () => "A" },
      { key: "count", head: "Count", isNumber: true, cell: (row: number) => row },
      { key: "code", head: "Code", cell: () => "1234567" },
    ];
    show(
      <>
        <Table caption="Rows" columns={columns} rows={[1_234_567]} rowKey={String} />
        <Facts facts={[{ name: "Share", value: 0.5 }]} />
      </>,
      { language },
    );
    expect(screen.getAllByRole("cell").map(({ textContent }) => textContent)).toEqual([count, "1234567"]);
    expect(screen.getByText(share)).toBeTruthy();
  },
);
