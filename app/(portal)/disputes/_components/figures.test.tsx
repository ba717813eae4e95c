import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { DisputeView } from "@/lib/disputes/schema";
import { answerCalls, problem, show } from "@/lib/testing/components";
import { FigureForm } from "./figure-form";
import { FigureTable } from "./figure-table";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const type = async (user: ReturnType<typeof show>["user"], label: string, text: string) =>
  user.type(screen.getByLabelText(label), text);
const send = () => screen.getByRole("button", { name: "State these figures" });

describe("the form for a party's figures", () => {
  it("sends the amount with its currency, and a line for each price", async () => {
    const calls = answerCalls(() => ({ status: 201, json: { id: ID } }));
    const { user } = show(<FigureForm disputeId={ID} onDone={() => undefined} />);
    await type(user, "Amount", "482150.00");
    await type(user, "Currency", "EUR");
    await type(user, "Prices and quantities", "gpu_hour 1.85{Enter}units: 12");
    await user.click(send());
    expect(calls.map(({ body }) => body)).toEqual([
      { amount: { value: "482150.00", currency: "EUR" }, pricing: { gpu_hour: "1.85", units: "12" } },
    ]);
  });

  it("says what to do about nothing, a comma and a line without a figure, before anything is sent", async () => {
    const calls = answerCalls(() => problem(500, "internal"));
    const { user } = show(<FigureForm disputeId={ID} onDone={() => undefined} />);
    await user.click(send());
    expect(await screen.findAllByText("Enter an amount or a price")).not.toEqual([]);
    await type(user, "Amount", "482,50");
    await type(user, "Prices and quantities", "gpu_hour");
    await user.click(send());
    expect(await screen.findAllByText(/^Write the amount as a decimal number/)).not.toEqual([]);
    expect(await screen.findAllByText(/^Enter the currency of the amount/)).not.toEqual([]);
    expect(await screen.findAllByText(/^Write a name and a figure in each line/)).not.toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe("the compared figures", () => {
  it("are letters and words, with who differs and how", () => {
    const dispute = {
      participants: ["client-456", "miner-789"],
      figures: [
        {
          ...{ field: "amount", record: "A", differ: ["client-456"] },
          said: [
            { party: "client-456", letter: "B", relation: "lower" },
            { party: "miner-789", letter: "A", relation: "equal" },
          ],
        },
        { field: "pricing/gpu_hour", record: null, differ: [], said: [] },
      ],
    } as unknown as DisputeView;
    show(<FigureTable dispute={dispute} />);
    const [, amount, price] = screen.getAllByRole("row");
    if (amount === undefined || price === undefined) throw new TypeError("no rows");
    expect(within(amount).getByText("client-456 is lower")).toBeDefined();
    expect(within(amount).getAllByText("A")).toHaveLength(2);
    expect(within(price).getByText("gpu_hour")).toBeDefined();
    expect(within(price).getByText("not opened here")).toBeDefined();
    expect(within(price).getAllByText("not stated")).toHaveLength(2);
  });
});
