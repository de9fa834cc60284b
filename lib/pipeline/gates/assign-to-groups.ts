/**
 * Gives people to groups so that as many places as possible are filled, nobody in two. `places` are the groups' numbers;
 * `fits[i]` are the groups that person i may count for. Answers the people of each group, by their index, in order.
 * Earlier people keep a place once they have one, though maybe in another group (Kuhn's augmenting paths).
 */
export function assignToGroups(places: readonly number[], fits: readonly (readonly number[])[]): number[][] {
  const taken: number[][] = places.map(() => []);
  const place = (person: number, tried: Set<number>): boolean => {
    for (const group of fits[person] ?? []) {
      if (tried.has(group)) continue;
      tried.add(group);
      const members = taken[group];
      if (!members) continue;
      if (members.length < (places[group] ?? 0)) {
        members.push(person);
        return true;
      }
      const moved = members.findIndex((member) => place(member, tried));
      if (moved >= 0) {
        members[moved] = person;
        return true;
      }
    }
    return false;
  };
  for (const person of fits.keys()) place(person, new Set());
  return taken.map((members) => members.sort((one, other) => one - other));
}
