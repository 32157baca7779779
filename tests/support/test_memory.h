// A memory that answers a TLM-2.0 transaction in any of the ways that the base protocol allows, a
// fixed time after its request, any number at once; and remembers what it was asked.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/peq_with_cb_and_phase.h>

#include <cstring>
#include <map>
#include <systemc>
#include <tlm>
#include <vector>

#include "sim/engine/kernel/cycle_time.h"

namespace peeksim {

enum class Answer {
  phases,            // TLM_ACCEPTED, then END_REQ, then BEGIN_RESP
  response_only,     // TLM_ACCEPTED, then BEGIN_RESP, which implies END_REQ
  annotated,         // TLM_ACCEPTED, then BEGIN_RESP ahead of time with the time still to go
  updated,           // TLM_UPDATED to END_REQ with a delay, then BEGIN_RESP
  updated_response,  // TLM_UPDATED to BEGIN_RESP with a delay; END_RESP must follow
  completed,         // TLM_COMPLETED with a delay
  silent             // TLM_ACCEPTED, and no response ever
};

struct TestMemoryBehavior {
  Answer answer = Answer::phases;
  Cycle accept = 0;   // from BEGIN_REQ to END_REQ
  Cycle latency = 0;  // from BEGIN_REQ to BEGIN_RESP
  tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
};

class TestMemory : public sc_core::sc_module {
 public:
  struct Request {
    Cycle at = 0;
    tlm::tlm_command command = tlm::TLM_IGNORE_COMMAND;
    std::uint64_t address = 0;
    const unsigned char* data = nullptr;
    unsigned length = 0;
  };

  TestMemory(const sc_core::sc_module_name& name, const TestMemoryBehavior& behavior)
      : sc_module(name),
        socket("socket"),
        behavior_(behavior),
        later_(this, &TestMemory::send_phase) {
    socket.register_nb_transport_fw(this, &TestMemory::nb_transport_fw);
  }

  tlm_utils::multi_passthrough_target_socket<TestMemory> socket;

  const std::vector<Request>& requests() const { return requests_; }
  // Responses that their initiator has not ended.
  int open_responses() const { return open_responses_; }

 private:
  tlm::tlm_sync_enum nb_transport_fw(int initiator, tlm::tlm_generic_payload& payload,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay) {
    if (phase == tlm::END_RESP) {
      --open_responses_;
      return tlm::TLM_COMPLETED;
    }
    requests_.push_back({current_cycle(), payload.get_command(), payload.get_address(),
                         payload.get_data_ptr(), payload.get_data_length()});
    switch (behavior_.answer) {
      case Answer::updated_response:
        respond(payload);
        ++open_responses_;
        phase = tlm::BEGIN_RESP;
        delay += cycles(behavior_.latency);
        return tlm::TLM_UPDATED;
      case Answer::completed:
        respond(payload);
        delay += cycles(behavior_.latency);
        return tlm::TLM_COMPLETED;
      case Answer::silent:
        return tlm::TLM_ACCEPTED;
      default:
        break;
    }
    payload.acquire();
    initiators_[&payload] = initiator;
    const bool ahead = behavior_.answer == Answer::annotated;
    later_.notify(payload, tlm::BEGIN_RESP, cycles(ahead ? behavior_.accept : behavior_.latency));
    if (behavior_.answer == Answer::phases)
      later_.notify(payload, tlm::END_REQ, cycles(behavior_.accept));
    if (behavior_.answer != Answer::updated) return tlm::TLM_ACCEPTED;
    phase = tlm::END_REQ;
    delay += cycles(behavior_.accept);
    return tlm::TLM_UPDATED;
  }

  void send_phase(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& due) {
    tlm::tlm_phase phase = due;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const int initiator = initiators_[&payload];
    if (phase == tlm::END_REQ) {
      socket[initiator]->nb_transport_bw(payload, phase, delay);
      return;
    }
    if (behavior_.answer == Answer::annotated) delay = cycles(behavior_.latency - behavior_.accept);
    respond(payload);
    const tlm::tlm_sync_enum status = socket[initiator]->nb_transport_bw(payload, phase, delay);
    if (status == tlm::TLM_ACCEPTED) ++open_responses_;  // END_RESP must follow
    payload.release();
  }

  // A real memory moves data: it must find room for it.
  void respond(tlm::tlm_generic_payload& payload) {
    if (payload.is_read()) std::memset(payload.get_data_ptr(), 0xa5, payload.get_data_length());
    payload.set_response_status(behavior_.status);
  }

  TestMemoryBehavior behavior_;
  tlm_utils::peq_with_cb_and_phase<TestMemory> later_;
  std::map<tlm::tlm_generic_payload*, int> initiators_;
  std::vector<Request> requests_;
  int open_responses_ = 0;
};

}  // namespace peeksim
