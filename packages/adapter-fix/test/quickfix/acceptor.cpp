// A small broker on QuickFIX C++: the counterparty that shares no code with the adapter.
//   acceptor <port> <store folder> <FIX.4.2 | FIX.4.4 | FIXT.1.1>
// Symbols decide what becomes of an order: HOLD rests, PART fills half and rests, REJECT is refused, anything else fills in two trades.
// Lines on stdin: trade <ClOrdID> <quantity> <price> | drop | rewind <count> | quit. Lines on stdout: ready <port>, logon, logout, order <ClOrdID>,
// trade <ClOrdID> <ExecID>, rewound, request <MsgType> <ClOrdID>.
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Log.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>

namespace {

struct Order {
  std::string clientId, brokerId, symbol, side, quantity, price;
  long total = 0;
  long filled = 0;
  double value = 0;
  char status = '0';
  bool finished() const { return status == '2' || status == '4' || status == '8'; }
};

std::string text(const FIX::FieldMap& map, int tag) { return map.isSetField(tag) ? map.getField(tag) : std::string(); }

class Broker : public FIX::Application {
 public:
  explicit Broker(const std::string& begin) : is42_(begin == "FIX.4.2") {}

  void onCreate(const FIX::SessionID& id) override { session_ = id; }
  void onLogon(const FIX::SessionID&) override { say("logon"); }
  void onLogout(const FIX::SessionID&) override { say("logout"); }
  void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  void fromAdmin(const FIX::Message&, const FIX::SessionID&)
      throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {}

  void fromApp(const FIX::Message& message, const FIX::SessionID&)
      throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
    std::lock_guard<std::mutex> lock(mutex_);
    const std::string type = text(message.getHeader(), 35);
    say("request " + type + " " + text(message, 11));
    if (type == "D") place(message);
    else if (type == "F") cancel(message);
    else if (type == "G") replace(message);
    else if (type == "H") status(message);
    else throw FIX::UnsupportedMessageType();
  }

  void trade(const std::string& clientId, long quantity, const std::string& price) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = byClientId_.find(clientId);
    if (found != byClientId_.end()) fill(*found->second, quantity, price);
  }
  void drop() {
    if (FIX::Session* session = FIX::Session::lookupSession(session_)) session->disconnect();
  }
  // Expects messages again that were taken already: the next one looks like a gap and the counterparty is asked to send them once more.
  void rewind(int count) {
    if (FIX::Session* session = FIX::Session::lookupSession(session_)) session->setNextTargetMsgSeqNum(session->getExpectedTargetNum() - count);
    say("rewound");
  }

 private:
  void say(const std::string& line) { std::cout << line << std::endl; }
  void send(FIX::Message& message) { FIX::Session::sendToTarget(message, session_); }

  FIX::Message reportOf(const Order& order, const std::string& executionType, const std::string& executionId) {
    FIX::Message report;
    report.getHeader().setField(35, "8");
    const bool isStatus = executionType == "I";
    report.setField(37, order.brokerId);
    report.setField(11, order.clientId);
    report.setField(17, isStatus && is42_ ? "0" : executionId);
    if (is42_) report.setField(20, isStatus ? "3" : "0");
    const bool isTrade = executionType == "F";
    report.setField(150, is42_ && isTrade ? std::string(1, order.status) : is42_ && isStatus ? std::string(1, order.status) : executionType);
    report.setField(39, std::string(1, order.status));
    report.setField(55, order.symbol);
    report.setField(54, order.side);
    report.setField(38, std::to_string(order.total));
    if (!order.price.empty()) report.setField(44, order.price);
    report.setField(151, std::to_string(order.finished() ? 0 : order.total - order.filled));
    report.setField(14, std::to_string(order.filled));
    report.setField(6, order.filled == 0 ? "0" : decimal(order.value / order.filled));
    return report;
  }
  static std::string decimal(double value) {
    std::ostringstream out;
    out.precision(10);
    out << value;
    return out.str();
  }
  void tell(const Order& order, const std::string& executionType, const std::string& original = "", const std::string& reason = "") {
    FIX::Message report = reportOf(order, executionType, "X" + std::to_string(++executions_));
    if (!original.empty()) report.setField(41, original);
    if (!reason.empty()) report.setField(103, reason);
    send(report);
  }
  void fill(Order& order, long quantity, const std::string& price) {
    if (order.finished() || quantity <= 0) return;
    quantity = std::min(quantity, order.total - order.filled);
    order.filled += quantity;
    order.value += quantity * std::stod(price);
    order.status = order.filled == order.total ? '2' : '1';
    const std::string id = "X" + std::to_string(++executions_);
    FIX::Message report = reportOf(order, "F", id);
    report.setField(32, std::to_string(quantity));
    report.setField(31, price);
    send(report);
    say("trade " + order.clientId + " " + id);
  }
  void place(const FIX::Message& message) {
    const std::string clientId = text(message, 11);
    Order order;
    order.clientId = clientId;
    order.brokerId = "B" + std::to_string(orders_.size() + 1);
    order.symbol = text(message, 55);
    order.side = text(message, 54);
    order.price = text(message, 44);
    order.total = std::stol(text(message, 38));
    if (byClientId_.count(clientId) > 0 || order.symbol == "REJECT") {
      order.status = '8';
      tell(order, "8", "", byClientId_.count(clientId) > 0 ? "6" : "0");
      return;
    }
    say("order " + clientId);
    Order& kept = orders_[order.brokerId] = order;
    byClientId_[clientId] = &kept;
    tell(kept, "0");
    const std::string price = kept.price.empty() ? "100" : kept.price;
    if (kept.symbol == "PART") fill(kept, kept.total / 2, price);
    else if (kept.symbol != "HOLD") {
      fill(kept, kept.total / 2, price);
      fill(kept, kept.total - kept.filled, price);
    }
  }
  Order* known(const FIX::Message& message) {
    const auto found = byClientId_.find(text(message, 41));
    return found == byClientId_.end() ? nullptr : found->second;
  }
  void refuse(const FIX::Message& message, const Order* order, const std::string& response) {
    FIX::Message reject;
    reject.getHeader().setField(35, "9");
    reject.setField(37, order == nullptr ? "NONE" : order->brokerId);
    reject.setField(11, text(message, 11));
    reject.setField(41, text(message, 41));
    reject.setField(39, order == nullptr ? "8" : std::string(1, order->status));
    reject.setField(434, response);
    reject.setField(102, order == nullptr ? "1" : "0");
    send(reject);
  }
  void cancel(const FIX::Message& message) {
    Order* order = known(message);
    if (order == nullptr || order->finished()) return refuse(message, order, "1");
    order->status = '4';
    order->clientId = text(message, 11);
    byClientId_[order->clientId] = order;
    tell(*order, "4", text(message, 41));
  }
  void replace(const FIX::Message& message) {
    Order* order = known(message);
    const long total = std::stol(text(message, 38));
    if (order == nullptr || order->finished()) return refuse(message, order, "2");
    order->total = total;
    order->price = text(message, 44);
    order->clientId = text(message, 11);
    byClientId_[order->clientId] = order;
    if (order->filled >= order->total) {
      order->total = order->filled;
      order->status = '2';
    }
    const char status = order->status;
    if (is42_ && status != '2') order->status = '5';
    tell(*order, "5", text(message, 41));
    order->status = status;
  }
  void status(const FIX::Message& message) {
    const auto found = byClientId_.find(text(message, 11));
    if (found != byClientId_.end()) {
      FIX::Message report = reportOf(*found->second, "I", "X" + std::to_string(++executions_));
      return send(report);
    }
    Order unknown;
    unknown.clientId = text(message, 11);
    unknown.brokerId = "NONE";
    unknown.symbol = text(message, 55);
    unknown.side = text(message, 54);
    unknown.status = '8';
    FIX::Message report = reportOf(unknown, "I", "X" + std::to_string(++executions_));
    report.setField(103, "5");
    send(report);
  }

  const bool is42_;
  std::mutex mutex_;
  FIX::SessionID session_;
  std::map<std::string, Order> orders_;
  std::map<std::string, Order*> byClientId_;
  int executions_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string begin = arguments[3];
  std::stringstream settings;
  settings << "[DEFAULT]\nConnectionType=acceptor\nSocketAcceptPort=" << arguments[1] << "\nFileStorePath=" << arguments[2]
           << "\nStartTime=00:00:00\nEndTime=00:00:00\nUseDataDictionary=N\nSocketNodelay=Y\nSocketReuseAddress=Y\nReconnectInterval=1\n"
           << "[SESSION]\nBeginString=" << begin << "\nSenderCompID=BROKER\nTargetCompID=DESK\n"
           << (begin == "FIXT.1.1" ? "DefaultApplVerID=FIX.5.0SP2\n" : "");
  try {
    FIX::SessionSettings parsed(settings);
    Broker broker(begin);
    FIX::FileStoreFactory store(parsed);
    FIX::SocketAcceptor acceptor(broker, store, parsed);
    acceptor.start();
    std::cout << "ready" << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) {
      std::istringstream words(line);
      std::string command, clientId, price;
      long number = 0;
      words >> command;
      if (command == "trade" && words >> clientId >> number >> price) broker.trade(clientId, number, price);
      else if (command == "drop") broker.drop();
      else if (command == "rewind" && words >> number) broker.rewind(static_cast<int>(number));
      else if (command == "quit") break;
    }
    acceptor.stop(true);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
