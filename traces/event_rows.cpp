// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/event_rows.h"

#include <fmt/format.h>

#include <limits>

#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway::detail {
namespace {

/// A value of an event: an integer where int64 holds it, whatever the event keeps it in.
void bind_value(sqlite_statement& insert, int place, const overflow_event& event, overflow_event::value which) {
  if (!event.wide) return insert.bind(place, event.narrow[which]);
  const big_int& value = (*event.wide)[which];
  if (value >= std::numeric_limits<std::int64_t>::min() && value <= std::numeric_limits<std::int64_t>::max())
    return insert.bind(place, static_cast<std::int64_t>(value));
  insert.bind(place, value.str());
}

std::string text_of(const cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

/// The four values of an event: in `narrow` where every one of them is an integer of the database.
void read_values(overflow_event& event, const std::vector<cell>& row, std::size_t first, const std::string& database) {
  bool narrow = true;
  for (std::size_t i = 0; i < event.narrow.size(); ++i) {
    const auto* number = std::get_if<std::int64_t>(&row[first + i]);
    narrow = narrow && number;
    if (number) event.narrow[i] = *number;
  }
  if (narrow) return;
  std::array<big_int, 4> wide;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    const std::string text = text_of(row[first + i]);
    try {
      wide[i] = big_int(text);
    } catch (const std::exception&) {
      throw input_error(fmt::format("{}: '{}' in an event is not an integer; the run is damaged, make it anew",
                                    database, printable(text)));
    }
  }
  event.narrow = {};
  event.wide = std::make_shared<const std::array<big_int, 4>>(std::move(wide));
}

template <class Integer>
Integer number(const cell& value, const std::string& database) {
  const auto* held = std::get_if<std::int64_t>(&value);
  if (!held)
    throw input_error(
        fmt::format("{}: the address of an event is not an integer; the run is damaged, make it anew", database));
  return static_cast<Integer>(*held);
}

}  // namespace

void bind_event(sqlite_statement& insert, int first, const overflow_event& event) {
  int place = first;
  for (const std::uint64_t part :
       {event.frame, std::uint64_t{event.unit}, std::uint64_t{event.position}, std::uint64_t{event.channel},
        std::uint64_t{event.step}, event.cycle, std::uint64_t{event.pe}})
    insert.bind(place++, part);
  for (const auto which :
       {overflow_event::before, overflow_event::addend, overflow_event::exact, overflow_event::stored})
    bind_value(insert, place++, event, which);
  insert.bind(place, event.persistent);
}

overflow_event read_event(const std::vector<cell>& row, std::size_t first, const std::string& database) {
  overflow_event event;
  event.frame = number<std::uint64_t>(row[first], database);
  event.unit = number<std::uint32_t>(row[first + 1], database);
  event.position = number<std::uint32_t>(row[first + 2], database);
  event.channel = number<std::uint32_t>(row[first + 3], database);
  event.step = number<std::uint32_t>(row[first + 4], database);
  event.cycle = number<std::uint64_t>(row[first + 5], database);
  event.pe = number<std::uint32_t>(row[first + 6], database);
  read_values(event, row, first + 7, database);
  event.persistent = number<int>(row[first + 11], database) != 0;
  return event;
}

}  // namespace spillway::detail
