// QuickFIX C++ on the messages of the bench: `quickfix REPORT_FILE ROUNDS MESSAGES [DICTIONARY_XML]` prints one line of JSON
// with messages a second of CPU time for each round. Validation is by the dictionary where there is one, BodyLength and CheckSum always.
#include <ctime>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>
#include <quickfix/DataDictionary.h>
#include <quickfix/fix44/ExecutionReport.h>
#include <quickfix/fix44/NewOrderSingle.h>

static double cpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

template <typename Work> static void rates(const char* name, int rounds, int messages, Work work, bool last = false) {
  for (int index = 0; index < messages / 2; ++index) work();
  std::cout << '"' << name << "\":[";
  for (int round = 0; round < rounds; ++round) {
    const double before = cpuSeconds();
    for (int index = 0; index < messages; ++index) work();
    std::cout << (round == 0 ? "" : ",") << messages / (cpuSeconds() - before);
  }
  std::cout << (last ? "]" : "],");
}

static long seen = 0;


static void typed(const FIX44::ExecutionReport& message, bool hasGroups) {
  FIX::ExecID id; FIX::ClOrdID client; FIX::OrderID order; FIX::ExecType kind; FIX::OrdStatus status; FIX::Symbol symbol; FIX::Side side;
  FIX::OrderQty quantity; FIX::Price price; FIX::LastQty lastQuantity; FIX::LastPx lastPrice; FIX::LeavesQty leaves; FIX::CumQty filled; FIX::AvgPx average;
  FIX::TransactTime time;
  message.get(id); message.get(client); message.get(order); message.get(kind); message.get(status); message.get(symbol); message.get(side);
  message.get(quantity); message.get(price); message.get(lastQuantity); message.get(lastPrice); message.get(leaves); message.get(filled); message.get(average);
  message.get(time);
  // A getter converts what it reads only when its value is asked for.
  seen += id.getValue().size() + client.getValue().size() + order.getValue().size() + kind.getValue() + status.getValue() + symbol.getValue().size() + side.getValue();
  seen += static_cast<long>(quantity.getValue() + price.getValue() + lastQuantity.getValue() + lastPrice.getValue() + leaves.getValue() + filled.getValue() + average.getValue());
  seen += time.getValue().getSecond();
  // Without a dictionary it takes no entries of groups apart.
  if (!hasGroups) return;
  FIX44::ExecutionReport::NoPartyIDs parties;
  FIX::PartyID party; FIX::PartyRole role;
  FIX::NoPartyIDs count;
  if (!message.isSetField(count.getTag())) return;
  message.get(count);
  for (int index = 1; index <= count.getValue(); ++index) {
    message.getGroup(index, parties);
    parties.get(party); parties.get(role);
    seen += party.getValue().size() + role.getValue();
  }
}

int main(int count, char** words) {
  std::ifstream file(words[1], std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  const int rounds = std::atoi(words[2]), messages = std::atoi(words[3]);
  std::unique_ptr<FIX::DataDictionary> dictionary;
  if (count > 4) dictionary.reset(new FIX::DataDictionary(words[4]));
  FIX44::ExecutionReport message;
  const auto decode = [&] { if (dictionary) message.setString(text, true, dictionary.get()); else message.setString(text, true); };
  std::cout << '{';
  rates("view", rounds, messages, [&] { decode(); seen += message.totalFields(); });
  rates("typed", rounds, messages, [&] { decode(); typed(message, dictionary != nullptr); });
  FIX::UtcTimeStamp now;
  rates("encode", rounds, messages, [&] {
    FIX44::NewOrderSingle order(FIX::ClOrdID("SL1A2B3C4D5E6F70"), FIX::Side('1'), FIX::TransactTime(now), FIX::OrdType('2'));
    FIX::Header& header = order.getHeader();
    header.setField(FIX::SenderCompID("SLUICEDESK"));
    header.setField(FIX::TargetCompID("BROKER"));
    header.setField(FIX::MsgSeqNum(123456));
    header.setField(FIX::SendingTime(now));
    order.setField(FIX::Account("ACC-77"));
    order.setField(FIX::HandlInst('1'));
    order.setField(FIX::Symbol("AAPL"));
    order.setField(FIX::OrderQty(1000));
    order.setField(FIX::Price(187.5));
    order.setField(FIX::TimeInForce('0'));
    std::string bytes;
    order.toString(bytes);
    seen += bytes.size();
  }, true);
  std::cout << "}" << std::endl;
  return seen > 0 ? 0 : 1;
}
