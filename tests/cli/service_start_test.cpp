#include "cli/service_start.hpp"

#include <gmock/gmock.h>

namespace fedloom::cli {

constexpr auto endpoint = "tcp://10.0.0.5:7700";

TEST(client_start, says_in_fedlooms_words_what_fedns_settings_say) {
  const auto told = client_variables({{"name", "Hospital 7"},
                                      {"client_id", "hospital-7"},
                                      {"preferred_combiner", "north"},
                                      {"package_checksum", "abc"},
                                      {"log_level", "WARNING"},
                                      {"helper_type", "numpyhelper"}},
                                     endpoint);
  EXPECT_EQ(*told, (variables{{"FEDLOOM_CLIENT_NAME", "Hospital 7"},
                              {"FEDLOOM_CLIENT_ID", "hospital-7"},
                              {"FEDLOOM_CLIENT_PREFERRED_COMBINER", "north"},
                              {"FEDLOOM_CLIENT_PACKAGE_CHECKSUM", "abc"},
                              {"FEDLOOM_CLIENT_LOG_LEVEL", "warn"},
                              {"FEDLOOM_CLIENT_CONTROLLER_ENDPOINT", endpoint},
                              {"FEDLOOM_CLIENT_PACKAGE_MODE", "remote"},
                              {"FEDLOOM_CLIENT_DATA_FOLDER", "fedloom-data/client-hospital-7"}}));
}

TEST(client_start, a_local_package_is_the_folder_client) {
  const auto told = client_variables({{"package", "local"}}, endpoint);
  EXPECT_EQ(told->at("FEDLOOM_CLIENT_PACKAGE_MODE"), "local");
  EXPECT_EQ(told->at("FEDLOOM_CLIENT_PACKAGE_FOLDER"), "client");
}

TEST(client_start, a_name_never_leads_out_of_the_data_folder) {
  EXPECT_EQ(client_variables({{"name", "../x"}}, endpoint)->at("FEDLOOM_CLIENT_DATA_FOLDER"),
            "fedloom-data/client-..%2Fx");
}

TEST(client_start, a_combiners_address_is_refused_with_what_to_do) {
  const auto told = client_variables({{"combiner", "10.0.0.6"}}, endpoint);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, exit_code::usage);
  EXPECT_THAT(told.error().text, testing::HasSubstr("--api-url"));
}

TEST(combiner_start, listens_where_its_host_says) {
  const auto here = combiner_variables({{"name", "north"}}, endpoint);
  EXPECT_EQ(*here, (variables{{"FEDLOOM_COMBINER_ID", "north"},
                              {"FEDLOOM_COMBINER_CONTROLLER_ENDPOINT", endpoint},
                              {"FEDLOOM_COMBINER_MESH_BIND", "tcp://127.0.0.1:12080"},
                              {"FEDLOOM_COMBINER_MESH_ADVERTISE", "tcp://127.0.0.1:12080"},
                              {"FEDLOOM_COMBINER_DATA_FOLDER", "fedloom-data/combiner-north"}}));
  const auto there = combiner_variables(
      {{"host", "10.0.0.6"}, {"port", "12090"}, {"fqdn", "north.example.org"}, {"max_clients", "30"}}, endpoint);
  EXPECT_EQ(there->at("FEDLOOM_COMBINER_MESH_BIND"), "tcp://0.0.0.0:12090");
  EXPECT_EQ(there->at("FEDLOOM_COMBINER_MESH_ADVERTISE"), "tcp://north.example.org:12090");
  EXPECT_EQ(there->at("FEDLOOM_COMBINER_CLIENTS_MOST"), "30");
}

TEST(combiner_start, does_not_pretend_to_encrypt) {
  EXPECT_EQ(combiner_variables({{"secure", "True"}}, endpoint).error().code, exit_code::usage);
}

TEST(api_address, is_named_as_fedn_names_it) {
  EXPECT_EQ(api_address({{"api_url", "https://fl.example.org"}}).url(), "https://fl.example.org:443");
  EXPECT_EQ(api_address({{"discover_host", "10.0.0.5"}, {"discover_port", "8093"}}).url(), "http://10.0.0.5:8093");
}

} // namespace fedloom::cli
